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
