import { waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { logIn } from "../../../testing/answers";
import { renderApp } from "../../../testing/renderApp";

beforeEach(() => {
  logIn();
});

describe("closing the account", () => {
  it("has no goodbye for who has not closed anything", async () => {
    const shown = renderApp("/goodbye");
    await waitFor(() => {
      expect(shown.pathname).toBe("/");
    });
  });
});
