import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { readDraft, writeDraft } from "../../lib/kept/draft";
import { m } from "../../lib/messages";
import { DRAFT, EMPTY, FIELDS_OF, type Field, type SignUpValues, type Step } from "./draft";

function required(): Partial<Record<Field, string>> {
  return {
    plan_slug: m.errors.missing.plan,
    email: m.errors.missing.email,
    password: m.errors.missing.password,
    country: m.errors.missing.country,
    payment_method: m.errors.missing.paymentMethod,
  };
}

/** The sign-up's values; all but the password are kept over a reload. */
export function useSignUpForm() {
  const form = useForm<SignUpValues>({
    initialValues: {
      ...EMPTY,
      ...readDraft<SignUpValues>(DRAFT),
    },
    validate: (values) => ({ ...malformed(values), ...missing(values) }),
    validateInputOnBlur: false,
    clearInputErrorOnChange: true,
  });
  const { values } = form;
  useEffect(() => {
    writeDraft(DRAFT, { ...values, password: undefined });
  }, [values]);
  return form;
}

export type SignUpForm = ReturnType<typeof useSignUpForm>;

/** Checks one step's fields and shows what is missing; true if nothing is. */
export function checkStep(form: SignUpForm, step: Step): boolean {
  const { errors } = form.validate();
  const ofStep = FIELDS_OF[step].filter((field) => errors[field] !== undefined);
  form.setErrors(Object.fromEntries(ofStep.map((field) => [field, errors[field]])));
  return ofStep.length === 0;
}

function missing(values: SignUpValues): Partial<Record<Field, string>> {
  const errors = Object.entries(required()) as [Field, string][];
  return Object.fromEntries(errors.filter(([field]) => values[field].trim() === ""));
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SHORTEST_PASSWORD = 10; // AUTH_PASSWORD_VALIDATORS of the server, which checks more

/** Errors that the server would only report at the end, four steps later. */
function malformed({ email, password }: SignUpValues): Partial<Record<Field, string>> {
  return {
    ...(EMAIL.test(email.trim()) ? {} : { email: m.signup.emailWrong }),
    ...(password.length >= SHORTEST_PASSWORD ? {} : { password: m.signup.passwordShort }),
  };
}
