import type { components } from "../../lib/api/schema";
import { formatCount } from "../../lib/format/money";
import { m } from "../../lib/messages";

export type Entry = components["schemas"]["CreditTransaction"];

const WIDTH = 600;
const HEIGHT = 80;

/** The history of the balance; the table below has the same numbers. */
export function BalanceChart({ entries }: { entries: readonly Entry[] }) {
  const oldest = entries.at(-1);
  if (!oldest) return null;
  const start = oldest.balance_after - oldest.amount;
  const balances = [start, ...entries.map(({ balance_after }) => balance_after).reverse()];
  const top = Math.max(...balances, 1);
  const x = (index: number) => (index / balances.length) * WIDTH;
  const y = (balance: number) => HEIGHT - 4 - (balance / top) * (HEIGHT - 8);
  const steps = balances
    .map((balance, index) => (index === 0 ? "" : `H${x(index)} V${y(balance)}`))
    .join(" ");
  const line = `M0 ${y(start)} ${steps} H${WIDTH}`;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={m.credits.chart(formatCount(start), formatCount(balances.at(-1) ?? 0))}
      style={{ marginTop: 12, color: "var(--mantine-primary-color-filled)" }}
    >
      <path d={`${line} V${HEIGHT} H0 Z`} fill="currentColor" opacity={0.12} />
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        strokeWidth={2}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
