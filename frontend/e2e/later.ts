import { execFileSync } from "node:child_process";

/** Lets days pass for one customer's billing, until it takes this step: "suspend". */
export function laterBy(email: string, step: string): void {
  const command = ["-m", "tests.later", email, step];
  execFileSync(".venv/bin/python", command, { cwd: "../backend", stdio: "pipe" });
}
