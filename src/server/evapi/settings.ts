import { type Static, Type } from "typebox";
import { closed, Host } from "../pulls/common-settings.ts";

/** Where a source's Kamailio listens for us as it does for CGRateS: the address of its module evapi. */
export const EvapiSettings = Type.Union(
  [
    Type.Object(
      {
        host: { ...Host, description: "where evapi listens" },
        port: Type.Integer({ minimum: 1, maximum: 65_535, default: 8_448, description: "its port" }),
        dialogsEveryS: Type.Integer({
          ...{ minimum: 0, maximum: 3_600, default: 60 },
          description: "seconds from one look at its dialogs to the next; 0: only when a connection is new",
        }),
      },
      closed,
    ),
    Type.Null(),
  ],
  { default: null, description: "where the switch's Kamailio listens by evapi" },
);
export type EvapiSettings = NonNullable<Static<typeof EvapiSettings>>;
