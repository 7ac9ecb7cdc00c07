-- The price of what follows the first interval, of decks that have one; null: the deck has no column for it.
alter table deck_rows add column slots jsonb;
