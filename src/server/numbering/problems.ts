import { Problem } from "../../core/problem.ts";

export const numberTableInvalid = ({ line, what }: { readonly line: number; readonly what: string }) =>
  new Problem("number-table-invalid", {
    what: `Line ${line}: ${what}.`,
    fix: 'Write "212555,NY" (npanxx,state) for exchanges, "2125550100,2015550000" (number,lrn) for ported numbers.',
  });
