import { Alert, Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useOwnPaymentMethods } from "../../entities/catalogue/useOwnPaymentMethods";
import { usePlans } from "../../entities/catalogue/usePlans";
import { useMe } from "../../entities/me/useMe";
import { PaymentMethodCards } from "../../entities/payment-method/PaymentMethodCards";
import { PlanCards } from "../../entities/plan/PlanCards";
import type { Me, OfferedPaymentMethod, Plan } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useServerErrors } from "../../ui/useServerErrors";
import { useUpgrade } from "./api/useUpgrade";

/** Chooses another plan and how to pay; the account doesn't change until the approval. */
export function UpgradePage() {
  usePageTitle(m.upgrade.title);
  const me = useMe().data;
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.upgrade.title}</Title>
      {me?.pending_subscription ? (
        <Pending me={me} />
      ) : (
        <Choice current={me?.subscription?.plan.slug} />
      )}
    </Stack>
  );
}

function Pending({ me }: { me: Me }) {
  return (
    <Alert color="yellow">
      {(me.open_invoice?.payment_state === "under_review"
        ? m.upgrade.underReview
        : m.upgrade.pending)(me.pending_subscription?.plan.name ?? "")}{" "}
      {me.open_invoice && (
        <Anchor component={Link} to={`/invoices/${me.open_invoice.id}`} c="inherit">
          {m.invoice.title(me.open_invoice.number)}
        </Anchor>
      )}
    </Alert>
  );
}

function Choice({ current }: { current: string | undefined }) {
  const plans = usePlans();
  const methods = useOwnPaymentMethods();
  return (
    <>
      <Text>{m.upgrade.intro}</Text>
      <QueryState query={plans}>
        {(offered) => (
          <QueryState query={methods}>
            {(list) => (
              <UpgradeForm
                current={current}
                plans={offered.filter((plan) => !plan.is_free)}
                methods={list}
              />
            )}
          </QueryState>
        )}
      </QueryState>
    </>
  );
}

interface Props {
  current: string | undefined;
  plans: readonly Plan[];
  methods: readonly OfferedPaymentMethod[];
}

function UpgradeForm({ current, plans, methods }: Props) {
  const navigate = useNavigate();
  const upgrade = useUpgrade((invoiceId) => void navigate(`/invoices/${invoiceId}`));
  const [plan, setPlan] = useState("");
  const [method, setMethod] = useState("");
  const [errors, setErrors] = useState<Partial<Record<string, React.ReactNode>>>({});
  const { items, attempt, show, refuse } = useServerErrors({ errors, setErrors }, [
    "plan_slug",
    "payment_method",
  ]);
  const submit = (event: React.SyntheticEvent) => {
    event.preventDefault();
    if (upgrade.isPending) return;
    const missing = {
      ...(plan === "" && { plan_slug: m.errors.missing.plan }),
      ...(method === "" && { payment_method: m.errors.missing.paymentMethod }),
    };
    setErrors(missing);
    if (Object.keys(missing).length > 0) {
      refuse();
      return;
    }
    const offer = plans.find(({ slug }) => slug === plan)?.offer ?? "";
    upgrade.mutate({ plan_slug: plan, offer, payment_method: method }, { onError: show });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="xl">
        <ErrorSummary items={items} attempt={attempt} />
        <PlanCards
          plans={plans}
          value={plan}
          onChange={setPlan}
          error={errors.plan_slug}
          current={current}
          method={methods.find(({ payment_method }) => payment_method === method)}
        />
        <PaymentMethodCards
          id="payment_method"
          label={m.signup.methodLegend}
          methods={methods}
          value={method}
          onChange={setMethod}
          error={errors.payment_method as string | undefined}
        />
        <div>
          <Button type="submit" size="md" loading={upgrade.isPending}>
            {m.upgrade.submit}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
