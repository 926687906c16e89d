using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoboPerception.Core;
using ModelMetadata = RoboPerception.Core.ModelMetadata;

namespace RoboPerception.Inference;

/// <summary>Holds a graph against its own description (conventions section 4). Every message names the field, what it is and what was expected.</summary>
internal static class ModelContract
{
    /// <exception cref="FormatException">The graph and its description disagree, or a description is missing.</exception>
    public static ModelDescription Check(InferenceSession session)
    {
        Dictionary<string, string> entries = session.ModelMetadata.CustomMetadataMap;
        if (!entries.Keys.Any(k => k.StartsWith(ModelMetadata.Prefix, StringComparison.Ordinal)))
        {
            throw new FormatException(
                $"metadata_props holds no '{ModelMetadata.Prefix}*' entry, so the file does not say what its outputs mean: export it with 'roboperception-train export'");
        }
        ModelDescription model = ModelMetadata.Read(entries);
        CheckOutputList(model);
        CheckInput(session, model.Input);
        CheckOutputs(session, model);
        CheckGolden(model);
        return model;
    }

    private static void CheckOutputList(ModelDescription model)
    {
        foreach (IGrouping<OutputKind, ModelOutput> twice in model.Outputs.GroupBy(o => o.Kind).Where(g => g.Count() > 1))
        {
            throw new FormatException(
                $"outputs {string.Join(" and ", twice.Select(o => $"'{o.Name}'").Order(StringComparer.Ordinal))} are both described as {ModelMetadata.KindName(twice.Key)}, expected one of each kind");
        }
    }

    private static void CheckInput(InferenceSession session, ModelInput input)
    {
        IReadOnlyDictionary<string, NodeMetadata> graph = session.InputMetadata;
        if (graph.Count != 1 || !graph.TryGetValue(input.Name, out NodeMetadata? node))
        {
            throw new FormatException($"the graph's inputs are {Names(graph.Keys)}, expected only '{input.Name}'");
        }
        CheckTensor($"input '{input.Name}'", node, TensorElementType.UInt8, [1, input.Height, input.Width, 3], "1,H,W,3");
    }

    private static void CheckOutputs(InferenceSession session, ModelDescription model)
    {
        IReadOnlyDictionary<string, NodeMetadata> graph = session.OutputMetadata;
        (int height, int width) = (model.Input.Height, model.Input.Width);
        foreach (ModelOutput output in model.Outputs)
        {
            if (!graph.TryGetValue(output.Name, out NodeMetadata? node))
            {
                throw new FormatException($"the graph's outputs are {Names(graph.Keys)}, but {ModelMetadata.Prefix}output.{output.Name} describes an output '{output.Name}'");
            }
            string place = $"output '{output.Name}' ({ModelMetadata.KindName(output.Kind)})";
            switch (output.Kind)
            {
                case OutputKind.Segmentation:
                    CheckTensor(place, node, TensorElementType.UInt8, [1, height, width], "1,H,W");
                    break;
                case OutputKind.Depth:
                    CheckTensor(place, node, TensorElementType.Float, [1, height, width], "1,H,W");
                    break;
                default:
                    CheckTensor(place, node, TensorElementType.Float, [1, 3, height, width], "1,3,H,W");
                    break;
            }
        }
        string[] undescribed = [.. graph.Keys.Where(name => model.Outputs.All(o => o.Name != name))];
        if (undescribed.Length > 0)
        {
            throw new FormatException($"the graph's output {Names(undescribed)} has no {ModelMetadata.Prefix}output.{undescribed[0]} entry, expected one for each output");
        }
    }

    private static void CheckTensor(string place, NodeMetadata node, TensorElementType type, int[] shape, string layout)
    {
        if (!node.IsTensor || node.ElementDataType != type)
        {
            throw new FormatException($"{place} has type {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}, expected {type}");
        }
        int dynamic = Array.FindIndex(node.Dimensions, d => d < 0);
        if (dynamic >= 0)
        {
            string name = node.SymbolicDimensions[dynamic];
            throw new FormatException(
                $"{place} has a dynamic dimension {dynamic}{(name.Length > 0 ? $" ('{name}')" : "")} in {Shape(node.Dimensions)}, expected the fixed shape {Shape(shape)} ({layout})");
        }
        if (!node.Dimensions.AsSpan().SequenceEqual(shape))
        {
            throw new FormatException($"{place} has shape {Shape(node.Dimensions)}, expected {Shape(shape)} ({layout} of {ModelMetadata.Prefix}input)");
        }
    }

    private static void CheckGolden(ModelDescription model)
    {
        if (model.Golden is not { } golden)
        {
            return;
        }
        byte[] image = new byte[model.Input.Width * model.Input.Height * 3];
        GoldenInput.Fill(image, model.Input.Width, model.Input.Height);
        string hash = Convert.ToHexStringLower(SHA256.HashData(image));
        if (golden.InputSha256 != hash)
        {
            throw new FormatException($"{ModelMetadata.Prefix}golden input_sha256 is '{golden.InputSha256}', expected '{hash}': the file was exported with another golden input");
        }
        foreach (ModelOutput output in model.Outputs)
        {
            int expected = GoldenMeans.Cells * (output.Kind == OutputKind.Normals ? 3 : 1);
            if (!golden.OutputMeans.TryGetValue(output.Name, out IReadOnlyList<float>? means) || means.Count != expected)
            {
                throw new FormatException($"{ModelMetadata.Prefix}golden output_means of '{output.Name}' has {means?.Count ?? 0} values, expected {expected}");
            }
        }
    }

    private static string Names(IEnumerable<string> names) =>
        names.Any() ? string.Join(", ", names.Order(StringComparer.Ordinal).Select(n => $"'{n}'")) : "none";

    private static string Shape(int[] dimensions) => $"[{string.Join(',', dimensions.Select(d => d < 0 ? "?" : d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
