-- Where a ported number of North America is routed to (LRN), as the record said: prices go by it, now and at every re-rating.
alter table usage_events add column routing_number text;

-- Surcharges stand among the parts of a charge; here is their sum in a line, as far as it is known apart from the amount.
alter table invoice_lines add column surcharges numeric(28, 9);
