using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Import;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks;

/// <summary>Pre-trained backbone weights from a safetensors or PyTorch file with torchvision's names.</summary>
internal static class BackboneWeights
{
    private const string Counter = "num_batches_tracked", Parallel = "module.";

    // By which torchvision's networks see their images normalised.
    private static readonly float[] ImageNetMean = [0.485f, 0.456f, 0.406f], ImageNetStandardDeviation = [0.229f, 0.224f, 0.225f];

    /// <summary>
    /// Fills a residual network, whose own tensors are given by torchvision's names. The file's network reads normalised images; ours read 0..1, so
    /// the first convolution is divided by the deviation and the running mean behind it takes what the mean amounts to (exact but for the
    /// image's border, where the padding is black instead of grey).
    /// </summary>
    /// <exception cref="UserErrorException">The file cannot be read, a tensor is missing or has another shape.</exception>
    internal static void LoadResNet(IReadOnlyDictionary<string, Tensor> own, string path)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Fill(own, path);
        var first = own["conv1.weight"];
        first.div_(tensor(ImageNetStandardDeviation).view(1, 3, 1, 1).to(first.device));
        own["bn1.running_mean"].PlusInPlace((first * tensor(ImageNetMean).view(1, 3, 1, 1).to(first.device)).sum([1L, 2L, 3L]));
    }

    /// <summary>Fills tensors by their names; other tensors of the file, such as a classifier's, are left alone.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, a tensor is missing or has another shape.</exception>
    internal static void Fill(IReadOnlyDictionary<string, Tensor> own, string path)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var source = StateImport.Read(path).ToDictionary(pair => pair.Key.StartsWith(Parallel, StringComparison.Ordinal) ? pair.Key[Parallel.Length..] : pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (var (name, tensor) in own.Where(pair => !pair.Key.EndsWith(Counter, StringComparison.Ordinal)))
        {
            var given = source.GetValueOrDefault(name)
                ?? throw new UserErrorException(ExitCode.Usage, $"'{path}' has no tensor '{name}': give the weights of the same backbone and depth.");
            if (!given.shape.SequenceEqual(tensor.shape))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}': tensor '{name}' is ({string.Join(',', given.shape)}), the network needs ({string.Join(',', tensor.shape)}).");
            }

            tensor.copy_(given);
        }
    }

    /// <summary>
    /// Fills a <see cref="MobileNetV2"/>. The file's network reads images of -1..1; ours read 0..1, so the first convolution takes
    /// twice the weights and a bias less their sum.
    /// </summary>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape.</exception>
    public static void Load(MobileNetV2 backbone, string path)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        var file = SafeTensors.Read(path);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, parameter) in backbone.named_parameters())
        {
            var source = file.Tensor(name);
            if (!source.shape.SequenceEqual(parameter.shape))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}': tensor '{name}' is ({string.Join(',', source.shape)}), the network needs ({string.Join(',', parameter.shape)}).");
            }

            parameter.copy_(name switch
            {
                "features.0.0.weight" => source * HeldScalar.Of(2),
                "features.0.0.bias" => source - file.Tensor("features.0.0.weight").sum([1L, 2L, 3L]),
                _ => source,
            });
        }
    }
}
