import type { OfferedPaymentMethod } from "../../lib/api/types";

const PATHS: Record<OfferedPaymentMethod["kind"], string> = {
  bank_transfer: "M3 10 12 4l9 6M5 10v8m4.7-8v8m4.6-8v8M19 10v8M3 20h18",
  wallet: "M4 7h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h11M16 13.5h.01",
  instant_payment: "M13 3 5 14h6l-1 7 8-11h-6z",
  online_account: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18",
};

/** The icon for the kind of payment method, shown next to its name. */
export function MethodIcon({ kind }: { kind: OfferedPaymentMethod["kind"] }) {
  return (
    <svg
      className="methodIcon"
      viewBox="0 0 24 24"
      width={24}
      height={24}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={PATHS[kind]} />
    </svg>
  );
}
