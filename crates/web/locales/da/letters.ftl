# Det, Værn skriver til folk på e-mail.

letter-hello = Hej { $name }
letter-from = Venlig hilsen
    Værn, { $municipality }
letter-receipt-subject = Vi har modtaget din e-mail (sag { $number })
letter-receipt-new = Tak, fordi du fortalte det. Nu er det vores opgave. Din henvendelse er modtaget og har nummer { $number }.
letter-receipt-added = Tak. Det, du sendte, er lagt til sag { $number }.
letter-receipt-kept = { $n ->
    [one] Din e-mail er gemt, præcis som den kom.
   *[other] Din e-mail er gemt, præcis som den kom, og er blevet til { $n } bilag.
}
letter-receipt-nothing = Du skal ikke gøre mere. Svar ikke den, der skrev til dig, og del det ikke med andre.
letter-receipt-more = Har du mere at fortælle, eller kommer der mere? Så svar på denne e-mail. Det, du skriver og vedhæfter, bliver lagt til sagen.
letter-receipt-follow = Følg sagen her:
job-receipt = Kvittering på e-mail
letter-reminder-subject-guide = Vejledningen om digital chikane: vi mangler, at du læser den
letter-reminder-subject-practice = Vejledningen om digital chikane: vi mangler, at du øver dig
letter-reminder-subject-both = Vejledningen om digital chikane: vi mangler, at du læser den og øver dig
letter-reminder-guide-due = Vejledningen om, hvad vi gør, når en borger chikanerer eller truer en medarbejder på nettet, venter på dig. Den skal være læst senest { $due }.
letter-reminder-guide-late = Vejledningen om, hvad vi gør, når en borger chikanerer eller truer en medarbejder på nettet, skulle have været læst senest { $due }. Det ser ud til, at du mangler.
letter-reminder-guide-how = Det vigtigste for dig tager to minutter. Når du har læst det, trykker du på »Jeg har læst vejledningen« nederst på siden.
letter-reminder-picture-due = Du skal have øvet dig i at tage et skærmbillede og sende det ind senest { $due }.
letter-reminder-picture-late = Du skulle have øvet dig i at tage et skærmbillede og sende det ind senest { $due }. Det ser ud til, at du mangler.
letter-reminder-picture-how = Det tager to minutter og gøres en gang om året. Opslaget er opdigtet.
letter-reminder-case-due = Som leder skal du have øvet dig på en opdigtet sag senest { $due }.
letter-reminder-case-late = Som leder skulle du have øvet dig på en opdigtet sag senest { $due }. Det ser ud til, at du mangler.
letter-reminder-case-how = Det tager ti minutter og gøres en gang om året.
letter-reminder-why = Du får denne e-mail, fordi { $by } har bedt dig om at læse vejledningen og øve dig, og noget af det mangler endnu. Du får højst én påmindelse om ugen.
job-remind = Runden af påmindelser
job-remind-one = Påmindelse til en medarbejder
