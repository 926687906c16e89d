using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RoboPerception.Inference;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Health;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Remote;
using RoboPerception.Node.Web;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Hosting;

/// <summary>What a node consists of. A new service is a line here, at the place where it shall start; services stop in reverse order.</summary>
internal static class NodeServices
{
    /// <summary>Adds everything that does not depend on HTTP.</summary>
    public static IServiceCollection AddNode(this IServiceCollection services, NodeRequest request)
    {
        services.AddSingleton(request);
        services.AddSingleton(request.Settings);
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<NodeEnd>();
        services.AddSingleton<NodeState>();
        services.AddSingleton<NodeReports>();
        services.AddSingleton<ServiceManager>();
        services.AddSingleton<FrameViews>();
        services.AddSingleton(new History(TimeProvider.System));
        services.AddSingleton(_ => LoadModel(request.Settings));
        services.AddSingleton<IHostLifetime, PlainLifetime>();

        services.AddService<BrokerService>();
        if (request.Recording is { } recording)
        {
            services.AddSingleton(recording);
            services.AddSingleton<Recorder>();
            // Before the pipelines: it starts before them and stops after them.
            services.AddService<RecordingService>();
        }
        if (request.Settings.Remote.Any && !request.Replay)
        {
            services.AddRemote(request.Settings.Remote);
        }
        services.AddService<PipelineService>();
        if (request.Settings.Remote.Mqtt && !request.Replay)
        {
            services.AddService<MqttControl>();
        }
        if (request.Watch)
        {
            services.AddService<WatchService>();
        }
        services.AddService<ReportService>();
        services.AddService<StateService>();
        return services;
    }

    /// <summary>Adds what control from outside does; who may ask for it is another matter.</summary>
    private static void AddRemote(this IServiceCollection services, RemoteSettings settings)
    {
        services.AddSingleton(new RecordingFolder(settings.Recordings));
        services.AddSingleton<RemoteParameters>();
        services.AddSingleton<ModelReload>();
        services.AddSingleton<RemoteCommands>();
        // Before the pipelines: it stops after them, so that a recording gets their last frames.
        services.AddService<RemoteRecorder>();
    }

    /// <summary>Adds a hosted service that others may ask for by its type.</summary>
    public static IServiceCollection AddService<TService>(this IServiceCollection services)
        where TService : class, IHostedService
    {
        services.AddSingleton<TService>();
        return services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }

    private static ModelFile LoadModel(NodeSettings settings)
    {
        if (settings.OnnxRuntimeLibrary is { } library)
        {
            Environment.SetEnvironmentVariable(OnnxRuntimeLibrary.PathVariable, library);
        }
        return ModelFile.Load(settings.ModelFile.Length > 0 ? settings.ModelFile : DefaultModel.Find());
    }
}
