namespace RoboPerception.Node.Pipeline;

/// <summary>The stages a frame passes, in order; each records its duration.</summary>
internal enum Stage
{
    /// <summary>Grab and decode, on the source's thread.</summary>
    Capture,

    /// <summary>Resize (and rectify) into the model's input.</summary>
    Prepare,

    /// <summary>ONNX Runtime's Run.</summary>
    Infer,

    /// <summary>Pixels to payloads.</summary>
    Encode,

    /// <summary>Handing the payloads to the network; with back-pressure, until they are on the wire.</summary>
    Publish,
}

/// <summary>Names of the stages in metrics and tables.</summary>
internal static class Stages
{
    /// <summary>All stages in order.</summary>
    public static IReadOnlyList<Stage> All { get; } = Enum.GetValues<Stage>();

    /// <summary>The stage in lower case.</summary>
    public static string Name(this Stage stage) => stage switch
    {
        Stage.Capture => "capture",
        Stage.Prepare => "preprocess",
        Stage.Infer => "inference",
        Stage.Encode => "encode",
        Stage.Publish => "publish",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Unknown stage."),
    };
}
