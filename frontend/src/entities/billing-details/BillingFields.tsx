import { NativeSelect, TextInput } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import type { AddressFormat } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { useCountry } from "../catalogue/useCountry";
import type { BillingField } from "./fields";

interface Props {
  country: string;
  /** The form's message about a field. */
  inputProps: (field: BillingField) => GetInputPropsReturnType;
}

/** The billing details; the address fields depend on the country. */
export function BillingFields({ country, inputProps }: Props) {
  const address = useCountry(country).data?.address;
  const taxId = address?.tax_id_name ?? "";
  const optional = (label: string) => `${label} ${m.signup.optional}`;
  return (
    <Columns>
      <TextInput
        id="billing_name"
        label={optional(m.signup.billingName)}
        autoComplete="billing name"
        {...inputProps("billing_name")}
      />
      <TextInput
        id="billing_email"
        type="email"
        label={optional(m.signup.billingEmail)}
        autoComplete="billing email"
        {...inputProps("billing_email")}
      />
      <TextInput
        id="billing_address_line1"
        label={optional(m.signup.addressLine1)}
        autoComplete="billing address-line1"
        {...inputProps("billing_address_line1")}
      />
      <TextInput
        id="billing_address_line2"
        label={optional(m.signup.addressLine2)}
        autoComplete="billing address-line2"
        {...inputProps("billing_address_line2")}
      />
      {address?.city_type !== "" && (
        <TextInput
          id="billing_city"
          label={optional(m.address.city[address?.city_type ?? "city"] ?? m.address.city.city)}
          autoComplete="billing address-level2"
          {...inputProps("billing_city")}
        />
      )}
      <StateField address={address} inputProps={inputProps} />
      {address?.postal_code_type !== "" && (
        <TextInput
          id="billing_postal_code"
          label={optional(
            m.address.postal[address?.postal_code_type ?? "postal"] ?? m.address.postal.postal,
          )}
          autoComplete="billing postal-code"
          {...inputProps("billing_postal_code")}
        />
      )}
      <TextInput
        id="tax_id"
        label={optional(taxId === "" ? m.signup.taxId : taxId)}
        autoComplete="off"
        {...inputProps("tax_id")}
      />
    </Columns>
  );
}

/** A list if the country has one, otherwise free text; nothing if addresses have no such part. */
function StateField({
  address,
  inputProps,
}: {
  address: AddressFormat | undefined;
  inputProps: Props["inputProps"];
}) {
  const props = inputProps("billing_state");
  const value = String(props.value ?? "");
  if (!address || (address.state_type === "" && value === "")) return null;
  const name = m.address.state[address.state_type] ?? m.address.state.province;
  const label = `${name} ${m.signup.optional}`;
  const isListed = value === "" || address.states.includes(value);
  if (address.states.length === 0 || !isListed) {
    return (
      <TextInput
        id="billing_state"
        label={label}
        autoComplete="billing address-level1"
        {...props}
      />
    );
  }
  return (
    <NativeSelect
      id="billing_state"
      label={label}
      autoComplete="billing address-level1"
      data={[{ value: "", label: "" }, ...address.states]}
      {...props}
    />
  );
}
