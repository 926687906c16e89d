using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>A data set on disk: a list of ids, and how to read one. Each format is one subclass; see <see cref="DataFormats"/>.</summary>
internal abstract class ImageReader
{
    /// <summary>A reader of these ids.</summary>
    protected ImageReader(IReadOnlyList<string> ids) => Ids = ids;

    /// <summary>The ids of the list, in its order.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The classes of <see cref="LabeledImage.Labels"/>.</summary>
    public virtual ClassMap Classes => ClassMap.Nyu13;

    /// <summary>The tasks the data set has ground truth for.</summary>
    public virtual IReadOnlyList<TaskDescription> Tasks => [TaskDescription.Segmentation(Classes), TaskDescription.Depth, TaskDescription.Normals];

    /// <summary>The views the data set is trained with.</summary>
    public virtual AugmentationRule Augmentation => AugmentationRule.Mtan;

    /// <summary>By which the images are normalised; null = they stay between 0 and 1, and the network normalises.</summary>
    public virtual ChannelStatistics? Statistics => null;

    /// <summary>How far an edge may lie from that of the ground truth, as a share of the diagonal.</summary>
    public virtual double EdgeTolerance => EdgeMeter.NyuTolerance;

    /// <summary>Whether images keep their shape: the shorter side then has the size asked for, and sizes differ.</summary>
    public virtual bool KeepsShape => false;

    /// <summary>Reads one id at the given size: the image smoothly, everything else by nearest pixel. May be called from several threads.</summary>
    /// <param name="id">One of <see cref="Ids"/>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="keepOwnNormals">Whether to keep normals of a lower resolution than that also as they are, for comparison.</param>
    /// <exception cref="UserErrorException">A file is missing or damaged; the message names it.</exception>
    public abstract LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false);

    /// <summary>What a reader throws about a file: named, with what to do.</summary>
    internal static UserErrorException Damaged(string path, string why, Exception? inner = null) =>
        new(ExitCode.NoSource, $"'{path}' {why}: replace the file, take its id out of the list, or add --damaged skip.", inner);

    /// <summary>The first of several names that is there.</summary>
    /// <exception cref="UserErrorException">None is; the first is named.</exception>
    internal static string FirstExisting(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw Damaged(paths[0], "is missing, but its id is in the list");
    }
}
