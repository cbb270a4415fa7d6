import { Link } from "react-router";
import { m } from "../../lib/messages";
import type { Step } from "./draft";
import classes from "./StepList.module.css";

/** The current step of the sign-up, with links to earlier steps. */
export function StepList({ steps, step }: { steps: readonly Step[]; step: Step }) {
  const at = steps.indexOf(step);
  return (
    <nav aria-label={m.signup.progress(at + 1, steps.length, m.signup.steps[step])}>
      <ol className={classes.list}>
        {steps.map((name, index) => (
          <li
            key={name}
            className={classes.step}
            data-state={index < at ? "done" : index === at ? "now" : "later"}
          >
            <StepName name={name} index={index} at={at} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StepName({ name, index, at }: { name: Step; index: number; at: number }) {
  const text = (
    <>
      <span className={classes.number} aria-hidden>
        {index < at ? "✓" : index + 1}
      </span>
      <span className={classes.name}>{m.signup.steps[name]}</span>
    </>
  );
  if (index < at) return <Link to={`/signup/${name}`}>{text}</Link>;
  return <span aria-current={index === at ? "step" : undefined}>{text}</span>;
}
