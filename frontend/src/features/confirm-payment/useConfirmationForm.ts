import { useForm } from "@mantine/form";
import { useEffect, useEffectEvent, useRef } from "react";
import type { Invoice, PaymentMethod } from "../../lib/api/types";
import { today } from "../../lib/format/dates";
import { dropDraft, readDraft, writeDraft } from "../../lib/kept/draft";
import { keepFile, keptFile } from "../../lib/kept/fileDraft";
import { checkConfirmation, type ConfirmationForm } from "./confirmation";

/** The confirmation's values; all of them, even the file, survive a reload and a sign-in. */
export function useConfirmationForm(invoice: Invoice, methods: readonly PaymentMethod[]) {
  const draft = `confirm:${invoice.id}`;
  const form = useForm<ConfirmationForm>({
    initialValues: {
      payment_method: invoice.payment_method ?? methods[0]?.payment_method ?? "",
      currency: invoice.payable_currency,
      manual_reference: "",
      paid_on: today(),
      manual_notes: "",
      ...readDraft<ConfirmationForm>(draft),
      proof: null,
    },
    validate: (values) => checkConfirmation(values, methods),
    clearInputErrorOnChange: true,
  });
  const { values } = form;
  useEffect(() => {
    writeDraft(draft, { ...values, proof: undefined });
  }, [draft, values]);
  const isTouched = useRef(false);
  // An effect event; otherwise each render would read the file again and clear its error.
  const restore = useEffectEvent((file: File | null) => {
    if (file && !isTouched.current) form.setFieldValue("proof", file);
  });
  useEffect(() => {
    let isCurrent = true;
    void keptFile(draft).then((file) => {
      if (isCurrent) restore(file);
    });
    return () => {
      isCurrent = false;
    };
  }, [draft]);

  const setProof = (file: File | null) => {
    isTouched.current = true;
    form.setFieldValue("proof", file);
    void keepFile(draft, file);
  };
  const drop = () => {
    dropDraft(draft);
    void keepFile(draft, null);
  };
  return { form, setProof, drop };
}
