notice-exhibit-damaged = An exhibit in the case is damaged.
event-exhibit-found-damaged-missing = checked the files: the file of exhibit { $number } is gone.
event-exhibit-found-damaged-altered = checked the files: exhibit { $number } is no longer the file that came.
event-exhibit-found-damaged-unreadable = checked the files: exhibit { $number } can’t be read from the disk.
exhibit-damaged-do = Ask the IT department to fetch the file from a backup. Do not delete your own copy, if you have one.
damage-missing = the file is gone
damage-altered = the file is no longer the one that came
damage-unreadable = the file cannot be read from the disk
