import { useMutation } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api, forgetCsrfToken } from "../../../lib/api/client";
import { ApiError } from "../../../lib/errors/apiError";
import { useEnter } from "./useEnter";

interface Body {
  data?: { flows?: { id: string; is_pending?: boolean }[] };
}

/** Whether allauth's response says that the password was right and a code is needed. */
function wantsCode(status: number, body: unknown): boolean {
  const flows = (body as Body | undefined)?.data?.flows ?? [];
  return (
    status === 401 && flows.some(({ id, is_pending }) => id === "mfa_authenticate" && is_pending)
  );
}

/** Signs in; the result says whether a code of the second factor is still needed. */
export function useLogIn() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (body: { email: string; password: string }): Promise<"in" | "code"> => {
      const { error, response } = await api.POST("/_allauth/{client}/v1/auth/login", {
        params: BROWSER,
        body,
      });
      if (wantsCode(response.status, error)) {
        forgetCsrfToken();
        return "code";
      }
      if (!response.ok && response.status !== 409) throw ApiError.from(response, error);
      await enter();
      return "in";
    },
  });
}
