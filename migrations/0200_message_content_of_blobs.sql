-- A content is looked for by its id only when its blob is swept: those that are in their rows need no index entry.
DROP INDEX messages.message_content;
CREATE UNIQUE INDEX message_content ON messages.message (organization_id, content_id) WHERE in_blob;
