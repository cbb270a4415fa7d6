import { m } from "../../lib/messages";

export const PROOF_TYPES = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
const MAX_PROOF_BYTES = 5 * 1024 * 1024;

/** Why a file isn't accepted as a proof, or null. */
export function proofError(file: File): string | null {
  if (!PROOF_TYPES.includes(file.type)) return m.confirm.proofType(file.name);
  return file.size > MAX_PROOF_BYTES ? m.confirm.proofTooLarge : null;
}
