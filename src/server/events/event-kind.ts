import { type Static, type TObject, Type } from "typebox";

/** What is said of an event beside its data. */
export interface EventTold<Data> {
  /** The account's code; null: it is of none. */
  readonly account: string | null;
  readonly data: Data;
}

/** What there is to know of a kind of event. */
export interface EventKindSpec<Schema extends TObject = TObject> {
  /** When it happens, to finish the sentence "It happens when …". */
  readonly when: string;
  /** Somebody has to do something about it: the log has it as a warning. */
  readonly isWarning?: true;
  /** What its object is: of one object, events come in their order. */
  readonly object: string;
  /** The fields of its data: each is described, and is text that needs no more. */
  readonly data: Schema;
  /** In the words of people. */
  readonly text: (event: EventTold<Static<Schema>>) => string;
}

/** States a kind of event. */
export const eventKind = <Schema extends TObject>(spec: EventKindSpec<Schema>): EventKindSpec<Schema> => spec;

/** A name or a code. */
export const Name = (description: string) => Type.String({ description, maxLength: 500 });
/** A decimal in the currency that is told beside it. */
export const Amount = (description: string) =>
  Type.String({ description, pattern: "^-?\\d+(\\.\\d+)?$", examples: ["12.50"] });
export const Currency = Type.String({ description: "of the amounts, by ISO 4217", pattern: "^[A-Z]{3}$" });
export const Count = (description: string) =>
  Type.Integer({ description, minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Id = (description: string) => Type.String({ description, format: "uuid" });
export const Time = (description: string) => Type.String({ description, format: "date-time" });
export const CivilDate = (description: string) => Type.String({ description, format: "date" });
