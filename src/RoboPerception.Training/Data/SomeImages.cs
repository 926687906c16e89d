using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>So many images of a data set, spread evenly over its list: for a try of an experiment in minutes.</summary>
internal sealed class SomeImages : ImageReader
{
    private readonly ImageReader reader;

    private SomeImages(ImageReader reader, IReadOnlyList<string> ids)
        : base(ids) => this.reader = reader;

    /// <inheritdoc/>
    public override ClassMap Classes => reader.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => reader.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => reader.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => reader.Statistics;

    /// <inheritdoc/>
    public override double EdgeTolerance => reader.EdgeTolerance;

    /// <inheritdoc/>
    public override bool KeepsShape => reader.KeepsShape;

    /// <summary>The reader itself if the list is no longer than that; 0 = no limit.</summary>
    public static ImageReader Of(ImageReader reader, int limit)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return limit == 0 || reader.Ids.Count <= limit ? reader : new SomeImages(reader, [.. Enumerable.Range(0, limit).Select(n => reader.Ids[(int)((long)n * reader.Ids.Count / limit)])]);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false) => reader.Read(id, height, width, keepOwnNormals);
}
