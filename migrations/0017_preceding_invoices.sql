-- The number of the invoice that billed an earlier period first, on the lines of late and corrected calls of that period.
alter table invoice_lines add preceding_invoice text;
