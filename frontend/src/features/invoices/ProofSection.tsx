import { Alert, Anchor, Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { proofError } from "../../entities/proof/proofError";
import { ProofField } from "../../entities/proof/ProofField";
import type { Payment } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useSendProof } from "./api/useSendProof";

/** The state of the receipt of a payment under review, and a form to send another one. */
export function ProofSection({ payment }: { payment: Payment }) {
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {m.proof.title}
      </Title>
      <div role="status">
        <Told payment={payment} />
      </div>
      {(payment.proof_state === "none" || payment.proof_state === "refused") && (
        <SendProof key={payment.proof_state} payment={payment} />
      )}
    </Stack>
  );
}

function Told({ payment }: { payment: Payment }) {
  switch (payment.proof_state) {
    case "checking":
      return (
        <Group gap="sm" wrap="nowrap">
          <Loader size="xs" aria-hidden />
          <Text>{m.proof.checking}</Text>
        </Group>
      );
    case "kept":
      return (
        <Text>
          {m.proof.kept}{" "}
          {payment.proof_url && (
            <Anchor href={payment.proof_url} download>
              {m.history.proof}
            </Anchor>
          )}
        </Text>
      );
    case "refused":
      return (
        <Alert color="red" title={m.proof.refusedTitle}>
          <Text size="sm" fw={600}>
            {payment.proof_refusal && m.proof.refusals[payment.proof_refusal.code]}
          </Text>
          <Text size="sm">{m.proof.refusedText}</Text>
        </Alert>
      );
    case "none":
      return <Text>{m.proof.none}</Text>;
  }
}

/** Opens on a click, so that people with nothing to send see no form. */
function SendProof({ payment }: { payment: Payment }) {
  const [isOpen, setIsOpen] = useState(false);
  if (isOpen) return <ProofForm payment={payment} />;
  return (
    <div>
      <Button
        variant={payment.proof_state === "refused" ? "filled" : "default"}
        onClick={() => {
          setIsOpen(true);
        }}
      >
        {payment.proof_state === "refused" ? m.proof.sendAnother : m.proof.send}
      </Button>
    </div>
  );
}

function ProofForm({ payment }: { payment: Payment }) {
  const [file, setFile] = useState<File | null>(null);
  const [error, setError] = useState<string>();
  const send = useSendProof(payment);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (send.isPending) return;
    if (!file) {
      setError(m.proof.required);
      document.getElementById("proof")?.focus();
      return;
    }
    send.mutate(file, {
      onError: (refusal) => {
        setError(describe(refusal));
      },
    });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="sm">
        <ProofField
          label={m.confirm.proof}
          file={file}
          onChange={(chosen) => {
            setFile(chosen);
            setError(undefined);
          }}
          check={proofError}
          onRefused={() => {
            setError(undefined);
          }}
          error={error}
          progress={send.isPending ? send.progress : undefined}
        />
        <div>
          <Button type="submit" loading={send.isPending}>
            {m.proof.submit}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
