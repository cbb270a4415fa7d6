import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { browser } from "../../lib/browser";
import { logIn } from "../../testing/answers";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  logIn();
});

describe("the account's data", () => {
  it("are downloaded by the link of the mail", async () => {
    const open = vi.spyOn(browser, "open").mockReturnValue();
    server.use(http.head("*/api/v1/auth/account/export/12.abc/", () => new HttpResponse(null)));
    renderApp("/account/export/12.abc");
    await userEvent.click(await screen.findByRole("button", { name: "Download my data" }));
    expect(await screen.findByText(/^The download has started/)).toBeVisible();
    expect(open).toHaveBeenCalledWith(
      expect.stringMatching(/\/api\/v1\/auth\/account\/export\/12\.abc\/$/),
    );
    vi.restoreAllMocks();
  });

  it("are asked for again where the file is gone", async () => {
    const open = vi.spyOn(browser, "open").mockReturnValue();
    server.use(
      http.head(
        "*/api/v1/auth/account/export/12.abc/",
        () => new HttpResponse(null, { status: 404 }),
      ),
    );
    renderApp("/account/export/12.abc");
    await userEvent.click(await screen.findByRole("button", { name: "Download my data" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("This file no longer exists");
    expect(screen.getByRole("link", { name: "Go to the account page" })).toBeVisible();
    expect(open).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
