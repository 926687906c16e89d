namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Names that options and keys of a recipe had before they got the field's words. They still work, so that scripts, experiment files and
/// checkpoints of that time do too; no help shows them.
/// </summary>
internal static class FormerNames
{
    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["reduction"] = "downscale",
        ["image-scale"] = "downscale",
        ["clip"] = "max-gradient-norm",
        ["backbone-rate"] = "backbone-lr-factor",
        ["freeze-statistics"] = "freeze-batch-norm",
        ["teacher-share"] = "teacher-weight",
        ["crop-share"] = "crop-fraction",
        ["mix-share"] = "mix-fraction",
        ["no-colour"] = "no-colour-jitter",
        ["keep"] = "cache-scenes",
        ["farthest"] = "max-distance",
        ["statistics"] = "measure-batch-norm",
    };

    private static readonly Dictionary<string, string> RecipeKeys = new(StringComparer.Ordinal)
    {
        ["reduction"] = "image_scale",
        ["penalty"] = "l2_penalty",
        ["gradient_limit"] = "max_gradient_norm",
        ["average_decay"] = "ema_decay",
        ["backbone_rate"] = "backbone_learning_rate_factor",
        ["freeze_statistics"] = "freeze_batch_norm",
        ["teacher_share"] = "teacher_weight",
        ["crop_share"] = "crop_fraction",
        ["colour"] = "colour_jitter",
    };

    /// <summary>Former names of options, without dashes.</summary>
    public static IReadOnlyCollection<string> OfOptions => Options.Keys;

    /// <summary>A command line with the options' present names; what follows a <c>--</c> of its own stays as it is.</summary>
    public static string[] Arguments(IReadOnlyList<string> typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        string[] arguments = [.. typed];
        for (var i = 0; i < arguments.Length && arguments[i] != "--"; i++)
        {
            if (arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                var (name, rest) = arguments[i].IndexOfAny(['=', ':']) is > 0 and var end ? (arguments[i][2..end], arguments[i][end..]) : (arguments[i][2..], "");
                arguments[i] = "--" + Option(name) + rest;
            }
        }

        return arguments;
    }

    /// <summary>The present name of an option, without dashes.</summary>
    public static string Option(string name) => Options.GetValueOrDefault(name, name);

    /// <summary>The present name of a key of a checkpoint's recipe.</summary>
    public static string RecipeKey(string key) => RecipeKeys.GetValueOrDefault(key, key);
}
