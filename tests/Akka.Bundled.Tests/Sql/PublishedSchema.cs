namespace Akka.Bundled.Tests.Sql;

/// <summary>The tables of Akka.Persistence.Sql 1.5.30 with its default table mapping. Those of SQLite are the text
/// that a database it made holds (<c>.schema</c>); those of PostgreSQL have the types that it gives there.</summary>
internal static class PublishedSchema
{
    public const string Sqlite = """
        CREATE TABLE [snapshot]
        (
            [persistence_id]  NVarChar(255) NOT NULL,
            [sequence_number] BigInt        NOT NULL,
            [created]         BigInt        NOT NULL,
            [snapshot]        VarBinary         NULL,
            [manifest]        NVarChar(500)     NULL,
            [serializer_id]   INTEGER           NULL,

            CONSTRAINT [PK_snapshot] PRIMARY KEY ([persistence_id], [sequence_number])
        );
        CREATE INDEX snapshot_sequence_number_idx ON snapshot (sequence_number);
        CREATE INDEX snapshot_created_idx ON snapshot (created);
        CREATE TABLE [journal]
        (
            [ordering]        INTEGER        NOT NULL PRIMARY KEY AUTOINCREMENT,
            [created]         BigInt         NOT NULL,
            [deleted]         Bit            NOT NULL,
            [persistence_id]  NVarChar(255)  NOT NULL,
            [sequence_number] BigInt         NOT NULL,
            [message]         VarBinary      NOT NULL,
            [manifest]        NVarChar(500)      NULL,
            [identifier]      INTEGER            NULL,
            [writer_uuid]     NVarChar(128)      NULL
        );
        CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
        CREATE INDEX journal_created_idx ON journal (created);
        CREATE INDEX journal_sequence_number_idx ON journal (sequence_number);
        CREATE TABLE [tags]
        (
            [ordering_id]    INTEGER       NOT NULL,
            [tag]            NVarChar(64)  NOT NULL,
            [sequence_nr]    INTEGER       NOT NULL,
            [persistence_id] NVarChar(255) NOT NULL,

            CONSTRAINT [PK_tags] PRIMARY KEY ([ordering_id], [tag])
        );
        CREATE INDEX tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE INDEX tags_tag_idx ON tags (tag);
        """;

    public const string Postgres = """
        CREATE TABLE "journal"
        (
            "ordering"        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            "created"         BIGINT       NOT NULL,
            "deleted"         BOOLEAN      NOT NULL,
            "persistence_id"  VARCHAR(255) NOT NULL,
            "sequence_number" BIGINT       NOT NULL,
            "message"         BYTEA        NOT NULL,
            "manifest"        VARCHAR(500)     NULL,
            "identifier"      INT              NULL,
            "writer_uuid"     VARCHAR(128)     NULL
        );
        CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
        CREATE TABLE "tags"
        (
            "ordering_id"    BIGINT       NOT NULL,
            "tag"            VARCHAR(64)  NOT NULL,
            "sequence_nr"    BIGINT       NOT NULL,
            "persistence_id" VARCHAR(255) NOT NULL,
            PRIMARY KEY ("ordering_id", "tag")
        );
        CREATE TABLE "snapshot"
        (
            "persistence_id"  VARCHAR(255) NOT NULL,
            "sequence_number" BIGINT       NOT NULL,
            "created"         BIGINT       NOT NULL,
            "snapshot"        BYTEA            NULL,
            "manifest"        VARCHAR(500)     NULL,
            "serializer_id"   INT              NULL,
            PRIMARY KEY ("persistence_id", "sequence_number")
        );
        """;
}
