-- Why rows of a file wait is asked at the end of every import, and by whoever looks into a file.
create index quarantine_file on quarantine (file_id);
