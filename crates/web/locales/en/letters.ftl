# What Værn writes to people by e-mail.

letter-hello = Dear { $name }
letter-from = Kind regards
    Værn, { $municipality }
letter-receipt-subject = We have received your e-mail (case { $number })
letter-receipt-new = Thank you for telling us. It is our task now. Your report is received and has number { $number }.
letter-receipt-added = Thank you. What you sent has been added to case { $number }.
letter-receipt-kept = { $n ->
    [one] Your e-mail is kept exactly as it came.
   *[other] Your e-mail is kept exactly as it came, and has become { $n } exhibits.
}
letter-receipt-nothing = You need do nothing more. Do not answer whoever wrote to you, and do not share it with others.
letter-receipt-more = Have you more to tell, or does more come? Then answer this e-mail. What you write and attach is added to the case.
letter-receipt-follow = Follow the case here:
job-receipt = Receipt by e-mail
letter-reminder-subject-guide = The guide on digital harassment: we still need you to read it
letter-reminder-subject-practice = The guide on digital harassment: we still need you to practise
letter-reminder-subject-both = The guide on digital harassment: we still need you to read it and practise
letter-reminder-guide-due = The guide on what we do when a citizen harasses or threatens an employee online is waiting for you. It is to be read by { $due }.
letter-reminder-guide-late = The guide on what we do when a citizen harasses or threatens an employee online was to be read by { $due }. It seems that you have not read it yet.
letter-reminder-guide-how = What matters most to you takes two minutes. When you have read it, press "I have read the guide" at the bottom of the page.
letter-reminder-picture-due = You are to practise taking a screenshot and sending it in by { $due }.
letter-reminder-picture-late = You were to practise taking a screenshot and sending it in by { $due }. It seems that you have not yet.
letter-reminder-picture-how = It takes two minutes and is done once a year. The post is made up.
letter-reminder-case-due = As a manager you are to practise on a made-up case by { $due }.
letter-reminder-case-late = As a manager you were to practise on a made-up case by { $due }. It seems that you have not yet.
letter-reminder-case-how = It takes ten minutes and is done once a year.
letter-reminder-why = You get this e-mail because { $by } has asked you to read the guide and to practise, and some of it is still missing. You get one reminder a week at most.
job-remind = The round of reminders
job-remind-one = Reminder to an employee
