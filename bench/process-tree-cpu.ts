import { readdirSync, readFileSync } from "node:fs";

/** Linux counts the CPU time of processes in ticks of 10 ms: `getconf CLK_TCK` is 100 on every supported platform. */
const US_PER_TICK = 10_000;

interface ProcessTimes {
  readonly parentPid: number;
  /** Its own time and that of its children that have ended. */
  readonly ticks: number;
}

/**
 * CPU time that process `pid` and all its descendants have used, in microseconds; 0 where there is no /proc.
 * Children that ended are counted through their parent, so a sum never falls while the root of the tree lives.
 */
export function processTreeCpuUs(pid: number): number {
  const processes = readProcesses();
  const ticksOf = (root: number): number => {
    const own = processes.get(root)?.ticks ?? 0;
    const children = [...processes].filter(([, { parentPid }]) => parentPid === root);
    return children.reduce((sum, [child]) => sum + ticksOf(child), own);
  };
  return ticksOf(pid) * US_PER_TICK;
}

function readProcesses(): Map<number, ProcessTimes> {
  try {
    const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    return new Map(pids.flatMap((pid) => readTimes(pid).map((times) => [pid, times])));
  } catch {
    return new Map(); // no /proc: macOS and Windows measure this process only
  }
}

/** Fields of /proc/PID/stat (man 5 proc): the name in brackets may hold spaces, so count from its closing bracket. */
function readTimes(pid: number): ProcessTimes[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    return [{ parentPid: Number(fields[1]), ticks: user! + system! + childUser! + childSystem! }];
  } catch {
    return []; // it ended meanwhile
  }
}
