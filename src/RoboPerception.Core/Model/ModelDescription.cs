namespace RoboPerception.Core;

/// <summary>
/// What a model file says about itself (conventions section 4), apart from its weights. The trainer writes it into the
/// ONNX file's <c>metadata_props</c>, the node reads it back and refuses to start when graph and description disagree.
/// <see cref="ModelMetadata"/> is the text form.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>Name of the release, e.g. <c>mtan-segnet-nyuv2</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The network specification it was built from, e.g. <c>mtan-segnet:widths=16,32,64,128,128</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The image the graph expects.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>The predictions the graph gives, in graph order.</summary>
    public required IReadOnlyList<ModelOutput> Outputs { get; init; }

    /// <summary>Data the weights were fitted on, e.g. <c>NYU Depth v2, official train split (686 images)</c>.</summary>
    public required string DataSet { get; init; }

    /// <summary>Licence of the weights.</summary>
    public required string Licence { get; init; }

    /// <summary>Commit of the code that trained it.</summary>
    public required string TrainingCommit { get; init; }

    /// <summary>Metrics on the validation split by name, e.g. <c>segmentation.miou_pooled</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// The golden pair: SHA-256 of the input made by <see cref="GoldenInput"/> and, per output, a checksum of what the
    /// float32 CPU path predicted at export. Null if the file carries none.
    /// </summary>
    public GoldenPair? Golden { get; init; }

    /// <summary>The output of a kind, or null if the model does not have it.</summary>
    public ModelOutput? Output(OutputKind kind) => Outputs.FirstOrDefault(o => o.Kind == kind);
}

/// <summary>The graph's input: uint8 [1,H,W,3], BGR, the image brought to H x W; scaling and mean live inside the graph.</summary>
/// <param name="Name">Name of the graph's input, normally <c>image</c>.</param>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
public sealed record ModelInput(string Name, int Width, int Height)
{
    /// <summary>Memory layout; <c>NHWC</c> is the only one.</summary>
    public string Layout { get; init; } = "NHWC";

    /// <summary>Colour order; <c>BGR</c> is the only one.</summary>
    public string ColourOrder { get; init; } = "BGR";

    /// <summary>How the training images became the input, bilinearly; in the file <c>resize_mode</c>.</summary>
    public ResizeFit Fit { get; init; } = ResizeFit.Stretch;

    /// <summary>Mean subtracted inside the graph, of values 0..1, in R, G, B order: for the record.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>Divisor inside the graph, of values 0..1, in R, G, B order: for the record.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [1, 1, 1];

    /// <summary>The training camera at this input's size; null if the training data had many cameras or none known.</summary>
    public CameraIntrinsics? TrainingIntrinsics { get; init; }
}

/// <summary>One output of the graph.</summary>
/// <param name="Name">Name of the graph's output, e.g. <c>segmentation</c>.</param>
/// <param name="Kind">What it means and so which type and shape it must have: segmentation uint8 [1,H,W], depth float32 [1,H,W] metres, normals float32 [1,3,H,W].</param>
public sealed record ModelOutput(string Name, OutputKind Kind)
{
    /// <summary>Segmentation only: the classes.</summary>
    public ClassMap? Classes { get; init; }

    /// <summary>Depth only: nearest and farthest distance in metres the training data held.</summary>
    public (double Minimum, double Maximum)? RangeMetres { get; init; }
}

/// <summary>Checks that a file predicts as it did when it was exported.</summary>
/// <param name="InputSha256">Lower-case hex SHA-256 of the golden input bytes.</param>
/// <param name="OutputMeans">
/// Per output name the means of a 4 x 4 grid of cells (channel after channel, rows of cells from the top), rounded to float32:
/// enough to notice a wrong engine, and comparable across execution providers with a tolerance, which a hash is not.
/// </param>
public sealed record GoldenPair(string InputSha256, IReadOnlyDictionary<string, IReadOnlyList<float>> OutputMeans);
