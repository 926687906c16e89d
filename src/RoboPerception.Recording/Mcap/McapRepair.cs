namespace RoboPerception.Recording.Mcap;

/// <summary>Makes a whole file of one that was cut (power, a full disk, SIGKILL) or has damaged chunks.</summary>
internal static class McapRepair
{
    /// <summary>Copies what can be read.</summary>
    /// <param name="damaged">The file as it is, e.g. <c>NAME.mcap.part</c>.</param>
    /// <param name="repaired">Where the whole one goes; written beside and renamed.</param>
    /// <exception cref="McapFormatException">It is no MCAP file, or nothing of it can be read.</exception>
    public static McapRepairReport Repair(string damaged, string repaired)
    {
        using var reader = new McapReader(damaged) { SkipDamagedChunks = true };
        // A name of its own while it grows: what is repaired has, as a rule, the one that a recording grows under.
        string growing = repaired + ".repairing";
        using var writer = new McapWriter(growing);
        var schemas = new Dictionary<ushort, McapSchema>();
        var channels = new Dictionary<ushort, McapChannel>();
        string? stoppedBy = null;
        int metadata = 0, attachments = 0;
        try
        {
            foreach (McapMessage message in reader.Messages())
            {
                CopyOthers();
                if (!channels.TryGetValue(message.Channel.Id, out McapChannel? channel))
                {
                    channel = writer.AddChannel(message.Channel.Topic, message.Channel.MessageEncoding, Schema(message.Channel.SchemaId), message.Channel.Metadata);
                    channels.Add(message.Channel.Id, channel);
                }
                writer.Write(channel, message.Sequence, message.LogTime, message.PublishTime, message.Data.Span);
            }
        }
        catch (McapFormatException e)
        {
            stoppedBy = e.Message;
        }
        CopyOthers();
        if (writer.MessageCount == 0 && stoppedBy is not null)
        {
            writer.Abandon();
            throw new McapFormatException($"nothing of it can be read: {stoppedBy}", 0);
        }
        writer.Finish();
        File.Move(growing, repaired, overwrite: true);
        return new McapRepairReport(writer.MessageCount, reader.DamagedChunks, reader.IsWhole, stoppedBy);

        // Where they stood: who looks for the head of a file finds it there.
        void CopyOthers()
        {
            for (; metadata < reader.Metadata.Count; metadata++)
            {
                writer.Write(reader.Metadata[metadata]);
            }
            for (; attachments < reader.Attachments.Count; attachments++)
            {
                writer.Write(reader.Attachments[attachments]);
            }
        }

        McapSchema? Schema(ushort id)
        {
            if (!reader.Schemas.TryGetValue(id, out McapSchema? found))
            {
                return null;
            }
            if (!schemas.TryGetValue(id, out McapSchema? schema))
            {
                schema = writer.AddSchema(found.Name, found.Encoding, found.Data);
                schemas.Add(id, schema);
            }
            return schema;
        }
    }
}

/// <summary>What a repair found.</summary>
/// <param name="Messages">Messages saved.</param>
/// <param name="DamagedChunks">Chunks left out because their checksum was wrong.</param>
/// <param name="WasWhole">The file had its end.</param>
/// <param name="StoppedBy">What ended the reading early; null: nothing.</param>
internal sealed record McapRepairReport(ulong Messages, int DamagedChunks, bool WasWhole, string? StoppedBy);
