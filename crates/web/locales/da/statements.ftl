# Udsagn: enkelte ytringer i et bilag, som juristen vurderer hver for sig.

tab-statements = Udsagn
do-mark-statements = Tilføj udsagn fra et bilag
do-correct-statement = Ret udsagnet
do-withdraw-statement = Tag udsagnet ud
done-mark-statements = Udsagnene er tilføjet.
done-assess-statement = Vurderingen af udsagnet er gemt.
done-undo-statement-assessment = Vurderingen af udsagnet er fortrudt.
done-correct-statement = Udsagnet er rettet.
done-withdraw-statement = Udsagnet er taget ud.

statement-n = Udsagn { $number }
statement-in-exhibit = Udsagn { $number }, bilag { $exhibit }
statement-not-assessed = Ikke vurderet endnu
statements-intro = Hvert udsagn vurderes for sig. Det meste af en kommentarstrøm er ofte lovligt, også når det er vredt.
statements-progress = { $done } af { $all } vurderet
statements-filter = Hvilke udsagn
statements-show-all = Alle
statements-show-open = Ikke vurderet
statements-show-lawful-criticism = Lovlig kritik
statements-show-rude-but-lawful = Groft, men lovligt
statements-show-harassment = Chikane
statements-show-possible-crime = Muligt strafbart
statements-show-withdrawn = Taget ud
statements-open = Ikke vurderet
statements-none-here = Ingen udsagn at vise her.
statements-caption = Udsagn i den rækkefølge, de er tilføjet
statements-number = Nr.
statements-said = Udsagn
statements-assessment = Vurdering
statements-outcome = Udfald
statements-reason = Begrundelse
statements-of = for udsagn { $number }
statements-save = Gem
statements-save-n = Gem vurderingen af udsagn { $number }
statements-undo = Fortryd vurderingen
statements-undo-n = Fortryd vurderingen af udsagn { $number }
statements-keys = Brug tasterne
statements-key-move = flytter op og ned
statements-key-save = gemmer og går til det næste
statements-key-undo = fortryder
statements-key-leave = går ud af feltet
statements-begin = Begynd ved det første, der mangler
statements-saved = Udsagn { $number }: { $outcome }. Gemt.
statements-undone = Vurderingen af udsagn { $number } er fortrudt.
statements-all-done = Der er ikke flere uvurderede udsagn her.
statements-choose-first = Vælg først et udfald.
statements-reason-first = Skriv en begrundelse.
statements-failed = Det blev ikke gemt. Prøv igen.
statements-exhibit = Bilag
statements-lines = Udsagn, ét pr. linje
statements-lines-hint = Skriv eller indsæt teksten. Kopierer du fra et regneark, kan linjen også være: forfatter, tid og tekst i hver sin kolonne. Højst 500 ad gangen.
statements-add = Tilføj udsagnene
statements-wrong-line = Linje { $line }: { $problem }
statements-correct = Gem rettelsen
statements-withdraw = Tag udsagnet ud
statements-withdraw-text = Brug det, hvis linjen er læst to gange eller slet ikke er et udsagn. Nummeret bruges ikke igen, og journalen husker det.
statements-why = Hvorfor?
statements-back = Tilbage til udsagnene
statements-work = Vurdér udsagnene ét for ét
statements-of-exhibit = Se udsagnene i bilaget

statements-mark = Markér udsagn i bilaget
statements-mark-in = Find udsagnene i bilag { $number }
statements-mark-text = Værn kan finde udsagnene i det, der er læst i et bilag. Du retter dem, før de tilføjes.
statements-by-hand = Skriv dem selv
statements-mark-found = Her er det, Værn har læst i bilaget, delt op i udsagn. En maskine læser forkert ind imellem: sammenlign med bilaget, og ret.
statements-mark-none = Der er ikke læst nogen tekst i bilaget, eller alt er tilføjet allerede. Du kan selv skrive udsagnene her.
statements-mark-cut = Bilaget er langt: kun begyndelsen af det er læst her. Resten står i originalen, og udsagn derfra skriver du selv.
statements-mark-how = Forfatter og tid skrives, som bilaget viser dem. Markeringer uden tekst bliver ikke til noget.
statements-mark-draw = Mangler der et udsagn, så tegn en firkant om det i billedet. Med musen: tryk og træk. På en skærm, du rører ved: tryk på det ene hjørne og så på det modsatte.
statements-mark-more = { $n ->
    [one] Et udsagn mere kommer frem her, når du har tilføjet disse.
   *[other] { $n } udsagn mere kommer frem her, når du har tilføjet disse.
}
statements-mark-n = Markering { $number }
statements-mark-box = Markering {"{"}number{"}"}
statements-mark-remove = Fjern markering {"{"}number{"}"}
statements-mark-add = Tilføj en markering
statements-mark-place = Sted i billedet
statements-wrong-mark = Markering { $number }: { $problem }

event-statement-marked = tilføjede udsagn { $number } fra bilag { $exhibit }.
event-statement-corrected = rettede udsagn { $number }.
event-statement-assessed = vurderede udsagn { $number }: { $outcome }.
event-statement-assessment-undone = fortrød vurderingen af udsagn { $number }.
event-statement-withdrawn = tog udsagn { $number } ud.
event-statements-marked = { $n ->
    [one] tilføjede et udsagn.
   *[other] tilføjede { $n } udsagn.
}
event-statements-assessed = { $n ->
    [one] vurderede et udsagn.
   *[other] vurderede { $n } udsagn.
}
fact-shown-author = Forfatter, som vist
fact-shown-time = Tid, som vist
fact-statements = Udsagn

ask-request-removal-statements = Hvilke udsagn skal væk?
ask-request-removal-statements-hint = Kun udsagn, som juristen har vurderet som chikane eller muligt strafbare.
ask-report-police-statements = Hvilke udsagn er anmeldt?
ask-report-police-statements-hint = Udsagn, som juristen har vurderet som chikane eller muligt strafbare.
ask-contact-statements = Hvilke udsagn skal høre op?
ask-contact-statements-hint = Kun udsagn, som juristen har vurderet som chikane eller muligt strafbare.

problem-unknown-exhibit = Der er ikke noget bilag med det nummer
problem-unknown-statement = Der er ikke noget udsagn med det nummer
problem-outside-exhibit = Ligger uden for billedet
problem-too-many = Er for mange på én gang
problem-already-so = Det står der allerede
problem-already-assessed = Udsagnet er vurderet. Juristen skal først fortryde vurderingen
problem-not-assessed = Udsagnet er ikke vurderet
problem-withdrawn = Udsagnet er taget ud
