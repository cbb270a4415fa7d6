import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import {
  lazy,
  Suspense,
  useEffect,
  useRef,
  useState,
  type ReactNode,
  type SyntheticEvent,
} from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useParams } from "react-router";
import { usePaymentMethods } from "../../entities/catalogue/usePaymentMethods";
import { usePlans } from "../../entities/catalogue/usePlans";
import { useMe } from "../../entities/me/useMe";
import { PlanCards, PlanSkeleton } from "../../entities/plan/PlanCards";
import type { Plan } from "../../lib/api/types";
import { ApiError, splitErrors } from "../../lib/errors/apiError";
import { dropDraft } from "../../lib/kept/draft";
import { m } from "../../lib/messages";
import { ErrorSummary, type SummaryItem } from "../../ui/ErrorSummary";
import { describe, PageSkeleton, QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useRegister } from "./api/useRegister";
import { DRAFT, EMPTY, FIELDS_OF, requestOf, stepOfErrors, stepsFor, type Step } from "./draft";
import { StepList } from "./StepList";
import { checkStep, useSignUpForm, type SignUpForm } from "./useSignUpForm";

// Visitors only wait for the first step.
const AccountStep = lazy(async () => ({ default: (await import("./AccountStep")).AccountStep }));
const BillingStep = lazy(async () => ({ default: (await import("./BillingStep")).BillingStep }));
const ReviewStep = lazy(async () => ({ default: (await import("./ReviewStep")).ReviewStep }));

/** Sign-up in steps: plan, account, billing, review. The URL contains the step. */
export function SignUpPage() {
  const { step: asked = "plan" } = useParams();
  const me = useMe().data;
  const register = useRegister();
  const plans = usePlans();
  const form = useSignUpForm();
  const plan = plans.data?.find(({ slug }) => slug === form.values.plan_slug);
  const steps = stepsFor(plan);
  const step = steps.find((name) => name === asked);
  const isDone = register.isPending || register.isSuccess; // then it leads on by itself
  if (me && !isDone) return <Navigate to="/" replace />;
  if (!step || (step !== "plan" && plans.data && !plan)) {
    return <Navigate to="/signup/plan" replace />;
  }
  return <StepForm {...{ form, plans, plan, steps, step, register }} />;
}

interface StepProps {
  form: SignUpForm;
  plans: UseQueryResult<readonly Plan[]>;
  plan: Plan | undefined;
  steps: readonly Step[];
  step: Step;
  register: ReturnType<typeof useRegister>;
}

function StepForm({ form, plans, plan, steps, step, register }: StepProps) {
  const { attempt, general, isPending, submit } = useSubmit({ form, plan, steps, step, register });
  const items = summaryOf(form, step, general);
  const index = steps.indexOf(step);
  const title = m.signup.titles[step];
  const methods = usePaymentMethods(form.values.payment_method ? form.values.country : "");
  const method = methods.data?.find(
    ({ payment_method }) => payment_method === form.values.payment_method,
  );
  const heading = useFocusOnChange(step, items.length === 0);
  usePageTitle(`${title} · ${m.signup.title}`, items.length > 0);
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <StepList steps={steps} step={step} />
      <Title order={1} ref={heading} tabIndex={-1} style={{ outline: "none" }}>
        {title}
      </Title>
      <ErrorSummary items={items} attempt={attempt} />
      <Paper component="form" noValidate onSubmit={submit}>
        <Stack gap="xl">
          <Suspense fallback={<PageSkeleton />}>
            {step === "plan" && (
              <QueryState query={plans} skeleton={<PlanSkeleton />}>
                {(list) => (
                  <PlanCards
                    plans={list}
                    method={method}
                    value={form.values.plan_slug}
                    onChange={(slug) => {
                      form.setFieldValue("plan_slug", slug);
                    }}
                    error={form.errors.plan_slug}
                  />
                )}
              </QueryState>
            )}
            {step === "account" && <AccountStep form={form} />}
            {step === "billing" && <BillingStep form={form} />}
            {step === "review" && plan && (
              <ReviewStep values={form.values} plan={plan} method={method} />
            )}
          </Suspense>
          <Group>
            <Button type="submit" size="md" loading={isPending}>
              {step !== "review"
                ? m.signup.continue
                : plan?.is_free
                  ? m.signup.createAccount
                  : m.signup.createAndPay}
            </Button>
            {index > 0 && (
              <Button
                component={Link}
                to={`/signup/${steps[index - 1]}`}
                variant="subtle"
                size="md"
              >
                {m.signup.back}
              </Button>
            )}
          </Group>
        </Stack>
      </Paper>
      <Text size="sm">
        {m.signup.haveAccount}{" "}
        <Anchor component={Link} to="/login" size="sm">
          {m.app.logIn}
        </Anchor>
      </Text>
    </Stack>
  );
}

/** What the button does: go to the next step or, at the review, sign up. */
function useSubmit({ form, plan, steps, step, register }: Omit<StepProps, "plans">) {
  const navigate = useNavigate();
  const [attempt, setAttempt] = useState(0);
  const [general, setGeneral] = useState<ReactNode[]>([]);

  const refuse = (messages: ReactNode[], goTo?: Step) => {
    setGeneral(messages);
    setAttempt((count) => count + 1);
    if (goTo) void navigate(`/signup/${goTo}`);
  };

  const send = async () => {
    try {
      const { invoice } = await register.mutateAsync(requestOf(form.values, plan));
      dropDraft(DRAFT);
      await navigate(invoice ? `/invoices/${invoice.id}` : "/", { replace: true });
    } catch (error) {
      if (!(error instanceof ApiError)) {
        refuse([describe(error as Error)]);
        return;
      }
      const { byField, general: others } = splitErrors(error, Object.keys(EMPTY));
      form.setErrors(byField);
      const isTaken = error.has("email_already_registered");
      refuse(isTaken ? [...others, <LogInInstead key="log-in" />] : others, stepOfErrors(byField));
    }
  };

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (register.isPending) return;
    setGeneral([]);
    if (step === "review" && !form.values.password) {
      form.setErrors({ password: m.signup.passwordAgain });
      refuse([], "account");
    } else if (step === "review") {
      void send();
    } else if (checkStep(form, step)) {
      void navigate(`/signup/${steps[steps.indexOf(step) + 1]}`);
    } else {
      refuse([]);
    }
  };
  return { attempt, general, isPending: register.isPending, submit };
}

function summaryOf(form: SignUpForm, step: Step, general: readonly ReactNode[]): SummaryItem[] {
  const ofFields = FIELDS_OF[step]
    .filter((field) => form.errors[field] !== undefined)
    .map((field) => ({ text: form.errors[field], fieldId: field }));
  return [...ofFields, ...general.map((text) => ({ text }))];
}

function LogInInstead() {
  return (
    <Anchor component={Link} to="/login" size="sm">
      {m.signup.logInInstead}
    </Anchor>
  );
}

/** Moves the focus to the heading when the step changes, unless the summary of errors takes it. */
function useFocusOnChange(step: Step, isFine: boolean) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    if (isFine) heading.current?.focus();
  }, [step, isFine]);
  return heading;
}
