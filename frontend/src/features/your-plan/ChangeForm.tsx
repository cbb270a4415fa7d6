import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useState, type ReactNode, type SyntheticEvent } from "react";
import { useNavigate } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { PaymentMethodCards } from "../../entities/payment-method/PaymentMethodCards";
import { PlanCards } from "../../entities/plan/PlanCards";
import type {
  CurrentSubscription,
  OfferedPaymentMethod,
  Plan,
  PlanChange,
} from "../../lib/api/types";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { QueryState } from "../../ui/QueryState";
import { useServerErrors } from "../../ui/useServerErrors";
import { useChooseNextPlan } from "./api/useChooseNextPlan";
import { usePlanChanges } from "./api/usePlanChanges";
import { useUpgrade } from "./api/useUpgrade";
import { possible, WhenChoice, type When } from "./WhenChoice";

interface Props {
  current: CurrentSubscription;
  plans: readonly Plan[];
  methods: readonly OfferedPaymentMethod[];
}

const FIELDS = ["plan_slug", "when", "payment_method"] as const;

/** Which plan, from when on if one runs already, and how to pay what is to be paid now. */
export function ChangeForm({ current, plans, methods }: Props) {
  const navigate = useNavigate();
  const upgrade = useUpgrade((invoiceId) => void navigate(`/invoices/${invoiceId}`));
  const choose = useChooseNextPlan(() => void navigate("/plan"));
  const [plan, setPlan] = useState("");
  const [wish, setWish] = useState<When | "">("");
  const [method, setMethod] = useState("");
  const [errors, setErrors] = useState<Partial<Record<string, ReactNode>>>({});
  const { items, attempt, show, refuse } = useServerErrors({ errors, setErrors }, FIELDS);

  const runs = current.current_period !== null;
  const changes = usePlanChanges(method, runs);
  const changeTo = (slug: string) => changes.data?.find((one) => one.plan.slug === slug);
  const change = changeTo(plan);
  const when = runs ? chosen(wish, change) : "now";
  const isNext = when === "next";

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (upgrade.isPending || choose.isPending) return;
    const missing = {
      ...(plan === "" && { plan_slug: m.errors.missing.plan }),
      ...(plan !== "" && when === "" && { when: whyNotWhen(change) }),
      ...(method === "" && when === "now" && { payment_method: m.errors.missing.paymentMethod }),
    };
    setErrors(missing);
    if (Object.keys(missing).length > 0) {
      refuse();
      return;
    }
    const offer = plans.find(({ slug }) => slug === plan)?.offer ?? "";
    const body = { plan_slug: plan, offer };
    if (isNext) choose.mutate(body, { onError: show });
    else upgrade.mutate({ ...body, payment_method: method }, { onError: show });
  };

  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="xl">
        {!runs && <Text>{m.upgrade.intro}</Text>}
        <ErrorSummary items={items} attempt={attempt} />
        <PlanCards
          plans={plans}
          value={plan}
          onChange={setPlan}
          error={errors.plan_slug}
          current={useOwnPlan(current)}
          method={methods.find(({ payment_method }) => payment_method === method)}
          note={({ slug }) => priceNow(changeTo(slug))}
        />
        {runs && plan !== "" && (
          <QueryState query={changes} skeleton={<Skeleton height={220} radius="md" />}>
            {() =>
              change && (
                <WhenChoice
                  change={change}
                  isPaused={current.suspended_on !== null}
                  value={when}
                  onChange={setWish}
                  error={errors.when}
                />
              )
            }
          </QueryState>
        )}
        {!isNext && (
          <PaymentMethodCards
            id="payment_method"
            label={m.signup.methodLegend}
            methods={methods}
            value={method}
            onChange={setMethod}
            error={errors.payment_method as string | undefined}
          />
        )}
        <div>
          <Button type="submit" size="md" loading={upgrade.isPending || choose.isPending}>
            {isNext ? m.upgrade.submitNext : m.upgrade.submit}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

/** The slug of the plan that runs, or of the one that is promised. */
function useOwnPlan({ plan, current_period }: CurrentSubscription): string | undefined {
  const me = useMe().data;
  return (current_period && plan ? plan : me?.subscription?.plan)?.slug;
}

/** The wish, unless it would be refused; without a choice, what is left. */
function chosen(wish: When | "", change: PlanChange | undefined): When | "" {
  if (!change) return "";
  const left = possible(change);
  if (wish !== "" && left.includes(wish)) return wish;
  return left.length === 1 ? (left[0] ?? "") : "";
}

function whyNotWhen(change: PlanChange | undefined): string {
  return change && possible(change).length === 0 ? m.upgrade.neither : m.upgrade.chooseWhen;
}

/** What a plan costs now, if that is less than its price. */
function priceNow(change: PlanChange | undefined): string | undefined {
  if (change?.now.refused !== null) return undefined;
  const { amount, currency } = change.now.total;
  return amount === change.plan.price
    ? undefined
    : m.upgrade.priceNow(formatMoney(amount, currency));
}
