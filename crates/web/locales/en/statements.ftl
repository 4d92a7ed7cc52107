# Statements: single utterances in an exhibit, each assessed by itself by the lawyer.

tab-statements = Statements
do-mark-statements = Add statements from an exhibit
do-correct-statement = Correct the statement
do-withdraw-statement = Take the statement out
done-mark-statements = The statements have been added.
done-assess-statement = The assessment of the statement is saved.
done-undo-statement-assessment = The assessment of the statement is undone.
done-correct-statement = The statement is corrected.
done-withdraw-statement = The statement is taken out.

statement-n = Statement { $number }
statement-in-exhibit = Statement { $number }, exhibit { $exhibit }
statement-not-assessed = Not assessed yet
statements-intro = Each statement is assessed by itself. Most of a stream of comments is often lawful, angry or not.
statements-progress = { $done } of { $all } assessed
statements-filter = Which statements
statements-show-all = All
statements-show-open = Not assessed
statements-show-lawful-criticism = Lawful criticism
statements-show-rude-but-lawful = Rude, but lawful
statements-show-harassment = Harassment
statements-show-possible-crime = Possible crime
statements-show-withdrawn = Taken out
statements-open = Not assessed
statements-none-here = No statements to show here.
statements-caption = Statements in the order in which they were added
statements-number = No.
statements-said = Statement
statements-assessment = Assessment
statements-outcome = Outcome
statements-reason = Reason
statements-of = for statement { $number }
statements-save = Save
statements-save-n = Save the assessment of statement { $number }
statements-undo = Undo the assessment
statements-undo-n = Undo the assessment of statement { $number }
statements-keys = Use the keys
statements-key-move = move up and down
statements-key-save = saves and goes to the next
statements-key-undo = undoes
statements-key-leave = leaves the field
statements-begin = Begin at the first that is missing
statements-saved = Statement { $number }: { $outcome }. Saved.
statements-undone = The assessment of statement { $number } is undone.
statements-all-done = No statement here is left to assess.
statements-choose-first = Choose an outcome first.
statements-reason-first = Write a reason.
statements-failed = It was not saved. Try again.
statements-exhibit = Exhibit
statements-lines = Statements, one a line
statements-lines-hint = Write or paste the text. From a spreadsheet a line can also be: author, time and text, each in a column of its own. At most 500 at a time.
statements-add = Add the statements
statements-wrong-line = Line { $line }: { $problem }
statements-correct = Save the correction
statements-withdraw = Take the statement out
statements-withdraw-text = For a line that was read twice or is no statement at all. Its number is not used again, and the journal remembers it.
statements-why = Why?
statements-back = Back to the statements
statements-work = Assess the statements one by one
statements-of-exhibit = See the statements in this exhibit

statements-mark = Mark statements in the exhibit
statements-mark-in = Find the statements in exhibit { $number }
statements-mark-text = Værn can find the statements in what was read in an exhibit. You correct them before they are added.
statements-by-hand = Write them yourself
statements-mark-found = This is what Værn has read in the exhibit, divided into statements. A machine misreads now and then: compare with the exhibit, and correct.
statements-mark-none = No text has been read in the exhibit, or all of it is added already. You can write the statements here yourself.
statements-mark-cut = The exhibit is long: only the beginning of it has been read here. The rest is in the original, and you write statements from it yourself.
statements-mark-how = Author and time are written as the exhibit shows them. Markings without a text come to nothing.
statements-mark-draw = If a statement is missing, draw a box around it in the picture. With a mouse: press and drag. On a touch screen: tap one corner and then the opposite one.
statements-mark-more = { $n ->
    [one] One more statement appears here when you have added these.
   *[other] { $n } more statements appear here when you have added these.
}
statements-mark-n = Marking { $number }
statements-mark-box = Marking {"{"}number{"}"}
statements-mark-remove = Remove marking {"{"}number{"}"}
statements-mark-add = Add a marking
statements-mark-place = Place in the picture
statements-wrong-mark = Marking { $number }: { $problem }

event-statement-marked = added statement { $number } from exhibit { $exhibit }.
event-statement-corrected = corrected statement { $number }.
event-statement-assessed = assessed statement { $number }: { $outcome }.
event-statement-assessment-undone = undid the assessment of statement { $number }.
event-statement-withdrawn = took statement { $number } out.
event-statements-marked = { $n ->
    [one] added a statement.
   *[other] added { $n } statements.
}
event-statements-assessed = { $n ->
    [one] assessed a statement.
   *[other] assessed { $n } statements.
}
fact-shown-author = Author, as shown
fact-shown-time = Time, as shown
fact-statements = Statements

ask-request-removal-statements = Which statements are to go?
ask-request-removal-statements-hint = Only statements that the lawyer has assessed as harassment or a possible crime.
ask-report-police-statements = Which statements are reported?
ask-report-police-statements-hint = Statements that the lawyer has assessed as harassment or a possible crime.
ask-contact-statements = Which statements are to stop?
ask-contact-statements-hint = Only statements that the lawyer has assessed as harassment or a possible crime.

problem-unknown-exhibit = There is no exhibit with that number
problem-unknown-statement = There is no statement with that number
problem-outside-exhibit = Lies outside the picture
problem-too-many = Are too many at once
problem-already-so = It says so already
problem-already-assessed = The statement is assessed. The lawyer must undo the assessment first
problem-not-assessed = The statement is not assessed
problem-withdrawn = The statement is taken out
