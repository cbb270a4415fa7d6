import { Alert, Anchor } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { ApiError } from "../../lib/errors/apiError";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { useServerErrors } from "../../ui/useServerErrors";
import { useExportFile } from "./api/useExportFile";

/** The page that the email links to when the account's data is ready. */
export function ExportPage() {
  const { key = "" } = useParams();
  const file = useExportFile();
  const form = useForm({ initialValues: {} });
  const { items, attempt, show } = useServerErrors(form, []);
  const isGone = file.error instanceof ApiError && file.error.status === 404;
  return (
    <FormPage
      title={m.data.title}
      intro={m.data.fileText}
      submitLabel={m.data.download}
      isPending={file.isPending}
      items={isGone ? [{ text: m.data.fileGone }] : items}
      attempt={attempt}
      onSubmit={form.onSubmit(() => {
        file.mutate(key, { onError: show });
      })}
      footer={
        <Anchor component={Link} to="/account">
          {m.data.toAccount}
        </Anchor>
      }
    >
      {file.isSuccess && <Alert role="status">{m.data.downloaded}</Alert>}
    </FormPage>
  );
}
