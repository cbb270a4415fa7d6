import { isOptionsGroup, Select, type OptionsFilter } from "@mantine/core";
import { useMemo } from "react";
import { countryName, fitOf, namesOf } from "../../lib/format/countries";
import { m } from "../../lib/messages";
import { useCountries } from "../catalogue/useCountries";

interface Props {
  value: string;
  onChange: (code: string) => void;
  error?: React.ReactNode;
}

/** All countries by name; typing searches all names of a country. */
export function CountrySelect({ value, onChange, error }: Props) {
  const countries = useCountries();
  const list = countries.data;
  const options = useMemo(
    () =>
      (list ?? [])
        .map(({ code, name }) => ({ value: code, label: countryName(code, name) }))
        .sort((one, other) => one.label.localeCompare(other.label)),
    [list],
  );
  const filter = useMemo(() => bestFirst(list ?? []), [list]);
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
        event.currentTarget.select(); // so that typing replaces the current country
      }}
      error={error}
      readOnly={!countries.data} // loading the list would overwrite what was typed before
      searchable
      filter={filter}
      allowDeselect={false}
      nothingFoundMessage={m.signup.noCountry}
      autoComplete="off"
      maxDropdownHeight={280}
    />
  );
}

/** Finds countries by any of their names, best match first. */
function bestFirst(countries: readonly { code: string; name: string }[]): OptionsFilter {
  const names = new Map(countries.map(({ code, name }) => [code, namesOf(code, name)]));
  return ({ options, search }) => {
    const items = options.flatMap((option) => (isOptionsGroup(option) ? [] : [option]));
    if (!search.trim()) return items;
    const fit = new Map(
      items.map(({ value, label }) => [
        value,
        fitOf(search, value, [label, ...(names.get(value) ?? [])]),
      ]),
    );
    return items
      .filter(({ value }) => (fit.get(value) ?? 0) > 0)
      .sort((one, other) => (fit.get(other.value) ?? 0) - (fit.get(one.value) ?? 0));
  };
}
