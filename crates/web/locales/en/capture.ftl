# Capture with the extension in the employee's own browser: what is known of the page, and the page that receives it.

arrival-extension = Captured in the employee's own browser
file-type-web-page = Saved web page
capture-fact-url = The page's address
capture-fact-title = The page's title
capture-fact-at = Captured (by that computer's clock)
capture-fact-time = A time that the page itself states
capture-fact-rest = Not included
capture-fact-shows = What the capture shows
capture-more-times = { $n ->
    [one] 1 more time
   *[other] { $n } more times
}
capture-cut = The page went on beyond what was captured. The rest is not in the picture.
capture-missing = { $n ->
    [one] 1 of the page's pictures or styles could not be saved in the file. See the picture of the page.
   *[other] { $n } of the page's pictures and styles could not be saved in the file. See the picture of the page.
}
capture-shows = This is how the page looked in the browser of the employee who captured it. It does not show who wrote anything, or that others saw the same. The time is that computer's own clock. Address, title and the page's own times are what the browser and the page stated. None of it has been checked.
capture-title = Capture from the browser
capture-needs-script = The page can only receive a capture with JavaScript on.
capture-alone = Here Værn receives a page that you have captured. Go to the page that you want to capture, and press Værn's button in the browser's toolbar.
capture-taking = Receiving the capture …
capture-sign-in = You are not signed in. Sign in, and the capture comes along in your report. Do not close this tab meanwhile.
capture-to-sign-in = Sign in in a new tab
capture-back = You are signed in. If nothing more happens, go back to the tab with the capture, and open the report from there.
capture-too-big = The capture is too large to be put in here. Go back to the tab with the capture, download the files there, and choose them in the report.
capture-failed = The capture could not be kept here. Go back to the tab with the capture, and try again, or download the files there.
