# The words for what a case can be: one name for each value, the same on every page.

duty-receive = Take the case
duty-triage = Assess danger
duty-care = Care
duty-register = Register
duty-review = Legal review
duty-police = Decide on police
duty-contact-substance = Contact: the substance
duty-contact-boundary = Contact: it must stop
duty-removal = Have it removed
duty-injury = Report work injury
duty-follow-up-1 = Follow up after 1 week
duty-follow-up-4 = Follow up after 4 weeks
duty-follow-up-12 = Follow up after 12 weeks
duty-chase-police = Ask the police
duty-close = Close the case

outcome-lawful-criticism = Lawful criticism
outcome-rude-but-lawful = Rude but lawful
outcome-harassment = Harassment
outcome-possible-crime = Possible crime

role-manager = manager
role-deputy = deputy
role-legal-adviser = legal adviser
role-hr = HR
role-dpo = data protection officer
role-admin = administrator
role-communication = communication
role-safety = safety manager
role-safety-representative = safety representative
role-shop-steward = shop steward

medium-social-media = Social media
medium-direct-message = Private message
medium-sms = Text message
medium-phone = Telephone
medium-email = E-mail
medium-review-site = Review site
medium-video = Video
medium-website = Website
medium-in-person = Face to face
medium-other = Other

phase-open = Open
phase-closed = Closed
phase-joined = Joined with another case

drawer-matter = The matter
drawer-care = Care
drawer-police = Police

relation-target = The targeted employee
relation-reporter = Reporter
relation-owner = Has the case
relation-superior = Manager above the one who has the case
relation-passed-over = Had the case before
relation-legal-adviser = Legal adviser
relation-delegate = Was handed a duty
relation-helper-matter = Invited to the matter
relation-helper-care = Invited to the care
relation-helper-police = Invited to the police part
relation-hr = HR
relation-communication = Communication
relation-dpo = Data protection officer
relation-admin = Administrator
relation-operator = Operations
relation-system = Værn

viewing-status = Saw the status
viewing-case = Opened the case
viewing-matter = Opened the drawer The matter
viewing-care = Opened the drawer Care
viewing-police = Opened the drawer Police
viewing-journal = Opened the journal
viewing-exhibit = Opened an exhibit
viewing-access-log = Saw who has looked at the case

notice-case-yours = A new report is your task.
notice-passed-to-you = The case has moved on to you.
notice-passed-on-silent = The case has moved on to somebody else, because it was not taken in time.
notice-passed-on-absent = The case has moved on to somebody else, because you are away.
notice-review-yours = The case is for you to review.
notice-duty-yours = You have been given a task in the case.
notice-invited = You are invited to follow the case.
notice-received = A manager has taken the case.
notice-reviewed = The lawyer has reviewed the case.
notice-more-told = There is something new in the case.
notice-closed = The case is closed.
notice-reopened = The case has been reopened.
notice-joined = The report has been joined with another case.

refusal-invalid-field = Something is missing or can't be read.
refusal-already-done = That is done already. Somebody else came first; the case shows what was written.
refusal-already-waived = The duty has already been set aside with a reason.
refusal-not-owed = The duty does not apply in this case.
refusal-not-waivable = You can't set that duty aside.
refusal-duties-open = The case can't be closed yet. There are still duties that are neither done nor set aside.
refusal-review-missing = The legal adviser has not reviewed the case yet. Only then may the originator be contacted.
refusal-do-not-contact = The legal adviser has written that the originator must not be contacted.
refusal-guardian-only = The originator is under 15. Contact has to go through the holder of parental authority.
refusal-lawful-speech = The lawyer has found that it is lawful. Then the originator can't be told to stop.
refusal-no-exhibits = There are no exhibits. Write why the case can be reviewed without any.
refusal-nothing-to-observe = There is nothing to observe yet. That whose result you want to record has not been done.
refusal-no-police-report = The case has not been reported to the police, so there is nothing to ask about.
refusal-case-closed = The case is closed. It has to be reopened first.
refusal-case-open = The case is open, so it can't be reopened.
refusal-case-joined = The case has been joined with another case and goes on there.
refusal-same-case = A case can't be joined with itself.
refusal-target-owes-nothing = The targeted employee is not to have tasks in the case.
refusal-nobody-else = There is nobody else who can take the case.

problem-required = Must be filled in
problem-too-long = Is too long
problem-control-characters = Has characters that can't be kept
problem-in-the-future = Lies in the future
problem-in-the-past = Lies before today, or ends before it begins
problem-not-a-web-address = Is not a web address. It must begin with https:// or http://
problem-unknown-person = There is no employee with that name or e-mail
problem-unknown-unit = There is no such unit
problem-unknown-case = There is no case with that number that you have access to
problem-text-or-file = Write what has happened, or attach a file. One of them is enough
problem-not-a-number = Is not a number
problem-not-a-time = Can't be read as a day and hour
problem-unknown-value = Is not one of the choices
problem-at-least-one = Choose at least one
problem-password-length = The password must have at least 12 characters
problem-wrong-password = The present password is not right

file-empty = { $name } is empty.
file-too-big = { $name } is larger than { $limit }, which is the largest that we can take.
file-unknown-type = { $name } is a kind of file that we do not take. We take pictures, PDF, e-mails, text, films, sound and zip files.
file-wrong-content = { $name } is not what its name says. The content seems to be { $found }.
file-hash-mismatch = { $name } was changed on its way. Send it again.
file-cut-off = { $name } did not arrive whole. Send it again.
file-too-many = { $name } was not taken: at most { $limit } files can be sent at once.
file-missing = { $name } did not arrive. Send it again.
