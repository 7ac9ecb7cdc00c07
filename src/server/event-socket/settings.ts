import { type Static, Type } from "typebox";
import { closed, fromFaults, Host, Port, SecretFrom } from "../pulls/common-settings.ts";

/** How a source's FreeSWITCH is spoken to over its event socket, in either direction. */
export const EventSocketSettings = Type.Union(
  [
    Type.Object(
      {
        connect: Type.Union(
          [Type.Object({ host: Host, port: Port(8_021), passwordFrom: SecretFrom }, closed), Type.Null()],
          { default: null, description: "where FreeSWITCH listens: calls are followed, limited and ended over it" },
        ),
        from: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          ...{ maxItems: 100, default: [] },
          description: "addresses that its dialplan's `socket` connects from, or ranges of them",
        }),
        sliceS: Type.Union([Type.Integer({ minimum: 30, maximum: 14_400 }), Type.Null()], {
          default: 300,
          description: "seconds of talk time that are held at a time; null: as much as the money pays",
        }),
      },
      closed,
    ),
    Type.Null(),
  ],
  { default: null, description: "how calls of its FreeSWITCH are charged over the event socket" },
);
export type EventSocketSettings = NonNullable<Static<typeof EventSocketSettings>>;

/** What is wrong with settings that have the right form: "/eventSocket/from/0 …". */
export function eventSocketFaults(settings: Static<typeof EventSocketSettings>): readonly string[] {
  if (settings === null) return [];
  return fromFaults("eventSocket", settings.from);
}
