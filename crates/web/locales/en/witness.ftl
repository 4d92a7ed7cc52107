# The server as a witness: what it saw itself where a link leads, and what that shows.

arrival-server = Fetched by the server itself
grade-witness-and-server = One witness and the server
grade-witness-and-server-text = One person has sent a file, and the server itself has fetched the page that the link leads to. Somebody handling the case has judged that they show the same. It shows that the address answered so when the server asked without being signed in, and makes it unlikely that the file was made for the occasion. It does not show who wrote it, nor what stood there before or after.
grade-server-alone = The server alone
grade-server-alone-text = The server itself has fetched the page without being signed in. It shows what the address answered at that time by the server's clock. It does not show who wrote it, nor that an employee saw the same: nobody has judged it against a file that a person has sent.
event-link-witnessed = looked for itself where the link leads: { $seen }.
seen-page = the page could be seen
seen-file = it is a file and not a page
seen-login-wall = the page asks one to sign in
seen-cookie-wall = a question about cookies covers the page
seen-consent = another page asks for consent first
seen-not-found = there is no such page
seen-removed = it says that the content is deleted or closed
seen-refused = the page would not show itself to the server
seen-failed = the page answered with an error
seen-unreached = the page could not be fetched
stopped-not-public = The address is not on the public Internet, and the server fetches nothing there.
stopped-no-name = There is no such name.
stopped-no-answer = There was no answer.
stopped-too-large = The page was larger than 50 MB. The rest was not fetched.
stopped-too-slow = The page was not done within 60 seconds. The rest was not fetched.
stopped-not-shown = The browser could not show the page, so there is no picture.
stopped-packed = The answer was packed in a way that the server does not take.
stopped-given-up = The server gave up after several tries.
witness-fact-asked = The link
witness-fact-at = Fetched (by the server's clock)
witness-fact-seen = What the server met
witness-fact-url = Led to the address
witness-fact-status = The answer's code
witness-fact-title = The page's title
witness-fact-hop = On the way
witness-fact-address = Network address
witness-fact-certificate = Certificate
witness-fact-certificate-sha256 = The certificate's check sum (SHA-256)
witness-fact-exhibits = The capture
witness-fact-rest = Left out
witness-fact-browser = Browser
witness-fact-key = Key that signed the web archive (SHA-256)
witness-fact-shows = What it shows
witness-certificate = For { $host }: { $subject }, issued by { $issuer }, valid from { $from } until { $until }.
witness-trusted = The server trusts the issuer.
witness-not-trusted = The server could not confirm it. Who answered is therefore uncertain.
witness-exhibits = Exhibit { $picture } is a picture of the whole page, and exhibit { $archive } is a web archive of everything that was fetched.
witness-picture = Exhibit { $number } is a picture of the whole page.
witness-archive = Exhibit { $number } is a web archive of everything that was fetched.
witness-refused = { $n ->
    [one] 1 part of the page is not on the public Internet and was not fetched.
   *[other] { $n } parts of the page are not on the public Internet and were not fetched.
}
witness-shows = This is how the link answered the server when it looked without being signed in. What the server met is guessed from the answer and the words on the page; it is the picture that counts. Address, title and certificate are what the page says of itself. Whoever has the page can show the server something else than others. It does not show who wrote anything.
witness-looked = The server looked for itself where the link leads, { $at }: { $seen }.
witness-compare = Record that this and exhibit { $number } show the same
witness-heading = The server's own look
problem-server-saw-other = The server met something else than the page. It is no witness to what stood there.
