profile-reminded = Last reminder
profile-reminded-guide = { $at }, because you had not confirmed edition { $number } of the guide.
