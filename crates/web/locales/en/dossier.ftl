# The dossier, which is read outside the municipality: by police, court and perhaps the originator.

dossier-unit = Unit
dossier-opened = The case began
dossier-phase = Status
dossier-outcome = The legal adviser's assessment
dossier-exhibits = Number of exhibits
dossier-seen = { $at }, by the word of whoever sent the file
dossier-seen-by-server = { $at }, by the server's own clock
dossier-source = { $source } (as told, not checked)
dossier-hashed-by-sender = The checksum was computed on the employee's own device before sending and again on arrival; they are the same
dossier-hashed-here = The checksum was computed on arrival
dossier-alt = Exhibit { $number }: screenshot or picture, reproduced unchanged
dossier-head = The journal's final checksum
dossier-root = Root of the seal (Merkle)
dossier-key = Fingerprint of the key
dossier-sealed = Sealed by the server's own clock
dossier-stamped = The exhibit was sealed at the municipality before { $before }; { $authority } bears witness to that by a time-stamp in the bag. It does not show who wrote anything, or whether it was ever online.
dossier-not-stamped = The time is the server’s own; no independent time-stamp covers the exhibit.
dossier-limits = Times are the server's own. Compare the key's fingerprint with the one that the municipality publishes.
