using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Commands;

/// <summary><c>doctor --model</c>: one model on one provider against the CPU that computes the file as it stands.</summary>
internal static class DoctorModel
{
    /// <summary>Prints what was found; <see cref="ExitCode.Failed"/> if the predictions part or the provider does not run.</summary>
    /// <exception cref="UserErrorException">The file is no model (3), or the provider's name is unknown (2).</exception>
    public static ExitCode Check(string path, string providerName, string? against)
    {
        ExecutionProvider provider = ExecutionProviders.Parse(providerName) is [var only]
            ? only
            : throw new UserErrorException(ExitCode.Usage, $"--provider '{providerName}' is a list: name one of tensorrt, cuda, cpu.");
        ModelFile model = ModelFile.Load(path);
        ModelFile? other = against is null ? null : ModelFile.Load(against);
        Console.WriteLine($"model     {path}: {model.Description.Architecture}, id {model.ModelId:x16}");
        foreach (string fault in ModelFaults.Of(model))
        {
            Console.WriteLine($"known     {fault}");
        }
        var settings = new InferenceSettings();
        if (ExecutionProviderSelector.Probe(provider, settings) is { Loaded: false } missing)
        {
            Console.WriteLine($"provider  {missing}");
            return ExitCode.Failed;
        }
        try
        {
            Divergence? place = GraphBisection.Find(model, provider, settings, other);
            Console.WriteLine(place is null
                ? $"provider  {provider.Name()} predicts on the golden input what the CPU does, output for output"
                : $"provider  {provider.Name()} does not predict on the golden input what the CPU does: {place} (found in {place.Sessions} pairs of sessions)");
            return place is null && (other is not null || PassesAsInTheNode(model, provider, settings)) ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (ModelFaults.IsProviderFailure(e))
        {
            Console.WriteLine($"provider  {provider.Name()} does not run this model: {ModelFaults.Reason(e)}");
            return ExitCode.Failed;
        }
    }

    // Operators that compute rightly are not all: the node's frames go to the device and back in its own way.
    private static bool PassesAsInTheNode(ModelFile model, ExecutionProvider provider, InferenceSettings settings)
    {
        (PerceptionSession? session, ProviderAttempt attempt) = new ExecutionProviderSelector(model, settings).TryOpen(provider, new FrameBuffers(model.Description, 1));
        using (session)
        {
            Console.WriteLine(session is null ? $"node      {attempt}" : $"node      its session on {provider.Name()} passes the self-check{(attempt.Limitation.Length == 0 ? "" : "; ")}{attempt.Limitation}");
            return session is not null;
        }
    }
}
