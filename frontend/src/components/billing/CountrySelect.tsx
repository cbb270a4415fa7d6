import { Select } from "@mantine/core";
import { useCountries } from "../../lib/api/catalogue";
import { countryName } from "../../lib/format/countries";
import { m } from "../../lib/messages";

interface Props {
  value: string;
  onChange: (code: string) => void;
  error?: React.ReactNode;
}

/** All countries by name; typing searches. */
export function CountrySelect({ value, onChange, error }: Props) {
  const countries = useCountries();
  const options = (countries.data ?? [])
    .map(({ code, name }) => ({ value: code, label: countryName(code, name) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  return (
    <Select
      id="country"
      label={m.signup.country}
      description={m.signup.countryHint}
      placeholder={m.signup.chooseCountry}
      data={options}
      value={value || null}
      onChange={(code) => {
        if (code) onChange(code);
      }}
      onFocus={(event) => {
        event.currentTarget.select(); // so that typing replaces the country that is there
      }}
      error={error}
      readOnly={!countries.data} // the list's arrival would overwrite what is typed before it
      searchable
      allowDeselect={false}
      nothingFoundMessage={m.signup.noCountry}
      autoComplete="off"
      maxDropdownHeight={280}
    />
  );
}
