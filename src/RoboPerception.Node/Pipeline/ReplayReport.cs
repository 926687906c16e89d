using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Comparison;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// What a replay came to, for <c>--report</c>: figures, and one hash per output over the pixels of all frames in their order. Two replays
/// of one recording on one machine have the same hashes; a hash that moved is a prediction that moved.
/// </summary>
internal sealed class ReplayReport : IDisposable
{
    private readonly Dictionary<OutputKind, IncrementalHash> hashes = [];
    private readonly long[] pixelsOfClass = new long[256];
    private double depthSum;
    private long depthCount;
    private long frames;

    /// <summary>Takes in the predictions of the next frame.</summary>
    public void Add(OutputBuffers buffers)
    {
        frames++;
        Append(OutputKind.Segmentation, buffers.Segmentation);
        Append(OutputKind.Depth, MemoryMarshal.AsBytes(buffers.Depth));
        Append(OutputKind.Normals, MemoryMarshal.AsBytes(buffers.Normals));
        foreach (byte id in buffers.Segmentation)
        {
            pixelsOfClass[id]++;
        }
        foreach (float metres in buffers.Depth)
        {
            if (float.IsFinite(metres))
            {
                depthSum += metres;
                depthCount++;
            }
        }
    }

    /// <summary>The file, UTF-8.</summary>
    public byte[] ToJson(string recording, ModelFile model, string provider, PipelineStatistics statistics, DiffDocument? diff)
    {
        ClassMap? classes = model.Description.Output(OutputKind.Segmentation)?.Classes;
        double pixels = Math.Max(1, pixelsOfClass.Sum());
        return JsonSerializer.SerializeToUtf8Bytes(
            new Document(
                recording,
                model.Description.Name,
                $"{model.ModelId:x16}",
                provider,
                frames,
                Stages.All.ToDictionary(stage => stage.Name(), stage => Math.Round(statistics[stage].Quantile(0.5) / 1e6, 3)),
                hashes.ToDictionary(h => Messaging.Topics.NameOf(h.Key), h => Convert.ToHexStringLower(h.Value.GetCurrentHash())),
                classes?.Classes.Where(c => pixelsOfClass[c.Id] > 0).ToDictionary(c => c.Name, c => Math.Round(pixelsOfClass[c.Id] / pixels, 6)),
                depthCount > 0 ? Math.Round(depthSum / depthCount, 4) : null,
                diff),
            ReplayReportContext.Default.Document);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IncrementalHash hash in hashes.Values)
        {
            hash.Dispose();
        }
    }

    private void Append(OutputKind kind, ReadOnlySpan<byte> pixels)
    {
        if (pixels.IsEmpty)
        {
            return;
        }
        if (!hashes.TryGetValue(kind, out IncrementalHash? hash))
        {
            hashes[kind] = hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }
        hash.AppendData(pixels);
    }

    /// <param name="Recording">What was replayed, without secrets.</param>
    /// <param name="Model">Its name.</param>
    /// <param name="ModelId">As in every frame's header.</param>
    /// <param name="Provider">What ran it.</param>
    /// <param name="Frames">Frames that were published.</param>
    /// <param name="StageMsP50">Median duration of each stage, milliseconds.</param>
    /// <param name="PixelsSha256">Per output: class ids, metres and unit vectors of all frames, as float32 little-endian where they are floats.</param>
    /// <param name="ClassShares">Share of all pixels.</param>
    /// <param name="MeanDepth">Metres.</param>
    /// <param name="Diff">What differs in another model's predictions, where one was named.</param>
    internal sealed record Document(string Recording, string Model, string ModelId, string Provider, long Frames, Dictionary<string, double> StageMsP50, Dictionary<string, string> PixelsSha256, Dictionary<string, double>? ClassShares, double? MeanDepth,
        DiffDocument? Diff);
}

/// <summary>Generated writer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReplayReport.Document))]
internal sealed partial class ReplayReportContext : JsonSerializerContext;
