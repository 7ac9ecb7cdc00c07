import type pc from "picocolors";

/** Makes text bold, red and so on; the one without colours hands it back as it is. */
export type Colors = ReturnType<typeof pc.createColors>;
