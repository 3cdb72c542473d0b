CREATE TABLE IF NOT EXISTS bare_answer (
    attempt uuid, slot text, value jsonb, at timestamptz NOT NULL, PRIMARY KEY (attempt, slot)
)
