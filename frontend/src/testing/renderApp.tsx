import { render } from "@testing-library/react";
import { Fragment, type ComponentType, type PropsWithChildren } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { Pages } from "../app/Pages";
import { Providers } from "../app/Providers";

/** Opens the whole app at a URL; `pathname` returns the current path. */
export function renderApp(
  address: string,
  Mode: ComponentType<PropsWithChildren> | typeof Fragment = Fragment,
) {
  const shown = { pathname: "" };
  function Address() {
    const { pathname } = useLocation();
    Object.assign(shown, { pathname });
    return null;
  }
  render(
    <Mode>
      <Providers>
        <MemoryRouter initialEntries={[address]}>
          <Address />
          <Pages />
        </MemoryRouter>
      </Providers>
    </Mode>,
  );
  return shown;
}
