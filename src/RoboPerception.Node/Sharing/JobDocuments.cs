using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoboPerception.Node.Sharing;

/// <summary>A recording to be done.</summary>
/// <param name="Recording">Path or address, the same on every worker's machine.</param>
/// <param name="Content">SHA-256 of what it holds, hexadecimal: the same bytes under another name are the same job.</param>
/// <param name="Model">Id of the model it is to be done with.</param>
internal sealed record Job(string Recording, string Content, string Model)
{
    /// <summary>What job this is: content and model, not name or time.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Content} {Model}")))[..16];
}

/// <summary>What came of it.</summary>
/// <param name="Recording">As in the job.</param>
/// <param name="Content">As in the job.</param>
/// <param name="Model">As in the job.</param>
/// <param name="Worker">Who did it.</param>
/// <param name="ExitCode">That of the replay: 0 = done.</param>
/// <param name="Message">Why not; null if it was done.</param>
/// <param name="Report">Its figures; null if there are none.</param>
internal sealed record JobResult(string Recording, string Content, string Model, string Worker, int ExitCode, string? Message, JsonElement? Report);

/// <summary>Reading and writing.</summary>
internal static class JobJson
{
    public static byte[] Write(Job job) => JsonSerializer.SerializeToUtf8Bytes(job, JobJsonContext.Default.Job);

    public static byte[] Write(JobResult result) => JsonSerializer.SerializeToUtf8Bytes(result, JobJsonContext.Default.JobResult);

    /// <summary>The results of all, as a file.</summary>
    public static byte[] Write(IReadOnlyList<JobResult> results) => JsonSerializer.SerializeToUtf8Bytes([.. results], JobJsonContext.Default.JobResultArray);

    /// <summary>Null if it is no job's JSON, or the message is empty.</summary>
    public static Job? ReadJob(byte[] json) => Read(json, JobJsonContext.Default.Job) is { Recording: not null, Content: not null, Model: not null } job ? job : null;

    /// <summary>Null if it is no result's JSON, or the message is empty.</summary>
    public static JobResult? ReadResult(byte[] json) => Read(json, JobJsonContext.Default.JobResult);

    private static T? Read<T>(byte[] json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return json.Length == 0 ? null : JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            // Somebody else's message; not ours to do.
            return null;
        }
    }
}

/// <summary>Generated readers and writers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobResult))]
[JsonSerializable(typeof(JobResult[]))]
internal sealed partial class JobJsonContext : JsonSerializerContext;
