# Ordene for det, som loven om en sag kan: ét navn for hver værdi, ens på alle sider.

duty-receive = Modtag sagen
duty-triage = Vurder fare
duty-care = Omsorg
duty-register = Registrér
duty-review = Juridisk vurdering
duty-police = Beslut om politi
duty-contact-substance = Kontakt: indholdet
duty-contact-boundary = Kontakt: det skal stoppe
duty-removal = Få det fjernet
duty-injury = Anmeld arbejdsskade
duty-follow-up-1 = Opfølgning efter 1 uge
duty-follow-up-4 = Opfølgning efter 4 uger
duty-follow-up-12 = Opfølgning efter 12 uger
duty-chase-police = Spørg politiet
duty-close = Luk sagen

outcome-lawful-criticism = Lovlig kritik
outcome-rude-but-lawful = Groft, men lovligt
outcome-harassment = Chikane
outcome-possible-crime = Muligt strafbart

role-manager = leder
role-deputy = stedfortræder
role-legal-adviser = personalejurist
role-hr = HR
role-dpo = databeskyttelsesrådgiver
role-admin = administrator
role-communication = kommunikation
role-safety = arbejdsmiljøleder
role-safety-representative = arbejdsmiljørepræsentant
role-shop-steward = tillidsrepræsentant

medium-social-media = Sociale medier
medium-direct-message = Privat besked
medium-sms = Sms
medium-phone = Telefon
medium-email = E-mail
medium-review-site = Anmeldelsesside
medium-video = Video
medium-website = Hjemmeside
medium-in-person = Ansigt til ansigt
medium-other = Andet

phase-open = Åben
phase-closed = Lukket
phase-joined = Lagt sammen med en anden sag

drawer-matter = Sagen
drawer-care = Omsorg
drawer-police = Politi

relation-target = Den berørte medarbejder
relation-reporter = Anmelder
relation-owner = Har sagen
relation-superior = Leder over den, der har sagen
relation-passed-over = Havde sagen før
relation-legal-adviser = Personalejurist
relation-delegate = Har fået en pligt overdraget
relation-helper-matter = Inviteret til sagen
relation-helper-care = Inviteret til omsorgen
relation-helper-police = Inviteret til politidelen
relation-hr = HR
relation-communication = Kommunikation
relation-dpo = Databeskyttelsesrådgiver
relation-admin = Administrator
relation-operator = Driften
relation-system = Værn

viewing-status = Så status
viewing-case = Åbnede sagen
viewing-matter = Åbnede delmappen Sagen
viewing-care = Åbnede delmappen Omsorg
viewing-police = Åbnede delmappen Politi
viewing-journal = Åbnede journalen
viewing-exhibit = Åbnede et bilag
viewing-access-log = Så, hvem der har set sagen

notice-case-yours = En ny henvendelse er din opgave.
notice-passed-to-you = Sagen er gået videre til dig.
notice-passed-on-silent = Sagen er gået videre til en anden, fordi den ikke blev modtaget i tide.
notice-passed-on-absent = Sagen er gået videre til en anden, fordi du er fraværende.
notice-review-yours = Sagen skal vurderes af dig.
notice-duty-yours = Du har fået en opgave i sagen.
notice-invited = Du er inviteret til at se med i sagen.
notice-received = En leder har taget imod sagen.
notice-reviewed = Juristen har vurderet sagen.
notice-more-told = Der er kommet nyt i sagen.
notice-closed = Sagen er lukket.
notice-reopened = Sagen er åbnet igen.
notice-joined = Henvendelsen er lagt sammen med en anden sag.

refusal-invalid-field = Der mangler noget, eller noget kan ikke læses.
refusal-already-done = Det er allerede gjort. En anden kom først; se i sagen, hvad der blev skrevet.
refusal-already-waived = Pligten er allerede fraveget med en begrundelse.
refusal-not-owed = Pligten gælder ikke i denne sag.
refusal-not-waivable = Den pligt kan du ikke fravige.
refusal-duties-open = Sagen kan ikke lukkes endnu. Der er stadig pligter, som hverken er gjort eller fraveget.
refusal-review-missing = Personalejuristen har ikke vurderet sagen endnu. Først derefter kan afsenderen kontaktes.
refusal-do-not-contact = Personalejuristen har skrevet, at afsenderen ikke må kontaktes.
refusal-guardian-only = Afsenderen er under 15 år. Kontakten skal gå gennem forældremyndighedens indehaver.
refusal-lawful-speech = Juristen har vurderet, at det er lovligt. Så kan afsenderen ikke få at vide, at det skal stoppe.
refusal-no-exhibits = Der er ingen bilag. Skriv, hvorfor sagen kan vurderes uden.
refusal-nothing-to-observe = Der er ikke noget at følge op på endnu. Det, du vil skrive resultatet af, er ikke gjort.
refusal-no-police-report = Sagen er ikke meldt til politiet, så der er ikke noget at spørge til.
refusal-case-closed = Sagen er lukket. Den skal åbnes igen først.
refusal-case-open = Sagen er åben, så den kan ikke åbnes igen.
refusal-case-joined = Sagen er lagt sammen med en anden sag og fortsætter dér.
refusal-same-case = En sag kan ikke lægges sammen med sig selv.
refusal-target-owes-nothing = Den berørte medarbejder skal ikke have opgaver i sagen.
refusal-nobody-else = Der er ikke andre, der kan tage sagen.

problem-required = Skal udfyldes
problem-too-long = Er for langt
problem-control-characters = Indeholder tegn, som ikke kan gemmes
problem-in-the-future = Ligger i fremtiden
problem-in-the-past = Ligger før i dag, eller slutter før det begynder
problem-not-a-web-address = Er ikke en webadresse. Den skal begynde med https:// eller http://
problem-unknown-person = Der er ingen medarbejder med det navn eller den e-mail
problem-unknown-unit = Den enhed findes ikke
problem-unknown-case = Der er ingen sag med det nummer, som du har adgang til
problem-text-or-file = Skriv, hvad der er sket, eller vedhæft en fil. Et af delene er nok
problem-not-a-number = Er ikke et tal
problem-not-a-time = Kan ikke læses som dag og klokkeslæt
problem-unknown-value = Er ikke en af mulighederne
problem-at-least-one = Vælg mindst én
problem-password-length = Adgangskoden skal have mindst 12 tegn
problem-wrong-password = Den nuværende adgangskode er ikke rigtig

file-empty = { $name } er tom.
file-too-big = { $name } er større end { $limit }, som er det største, vi kan tage imod.
file-unknown-type = { $name } er en slags fil, som vi ikke tager imod. Vi tager billeder, pdf, e-mails, tekst, film, lyd og zip-filer.
file-wrong-content = { $name } er ikke det, som navnet siger. Indholdet ser ud til at være { $found }.
file-hash-mismatch = { $name } blev ændret undervejs. Send den igen.
file-cut-off = { $name } nåede ikke helt frem. Send den igen.
file-too-many = { $name } kom ikke med: der kan højst sendes { $limit } filer ad gangen.
file-missing = { $name } nåede ikke frem. Send den igen.
