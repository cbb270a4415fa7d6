import { useForm } from "@mantine/form";
import { useEffect } from "react";
import type { Invoice, OfferedPaymentMethod } from "../../lib/api/types";
import { dropDraft, readDraft, writeDraft } from "../../lib/draft";
import { keepFile, keptFile } from "../../lib/fileDraft";
import { today } from "../../lib/format/dates";
import { checkConfirmation, type ConfirmationForm } from "./confirmation";

/** The confirmation's values; all of them, the file too, outlive a reload and a log-in. */
export function useConfirmationForm(invoice: Invoice, methods: readonly OfferedPaymentMethod[]) {
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
  const { values, setFieldValue } = form;
  useEffect(() => {
    writeDraft(draft, { ...values, proof: undefined });
  }, [draft, values]);
  useEffect(() => {
    let isCurrent = true;
    void keptFile(draft).then((file) => {
      if (file && isCurrent) setFieldValue("proof", file);
    });
    return () => {
      isCurrent = false;
    };
  }, [draft, setFieldValue]);

  const setProof = (file: File | null) => {
    setFieldValue("proof", file);
    void keepFile(draft, file);
  };
  const drop = () => {
    dropDraft(draft);
    void keepFile(draft, null);
  };
  return { form, setProof, drop };
}
