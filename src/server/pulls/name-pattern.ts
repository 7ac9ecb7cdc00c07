/**
 * Reads a pattern of file names: `*` stands for any characters but a slash, `**` for any at all, `?` for one,
 * `[0-9]` and `[!0-9]` for one of a set. Everything else stands for itself, in its own case.
 */
export function readNamePattern(pattern: string): RegExp {
  const text = pattern.replace(/\*\*|\*|\?|\[!?[^\]/]+\]|[\\^$.|+(){}[\]]/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return `\\${part}`;
  });
  return new RegExp(`^${text}$`, "su");
}
